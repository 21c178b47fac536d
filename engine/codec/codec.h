// Event to bytes and back. A record is: prefix, leaf header, command fingerprint, salts, facts, content. The byte
// layout with a worked example is docs/LOG_FORMAT.md; the constants are in record_layout.h. Only this room includes
// generated FlatBuffers code.
//
// Invariants: decode verifies the CRC, every length and both FlatBuffers tables before it looks at a field; the leaf
// header of a record never changes, also when its content is erased (I5).
// Thread: any; plain functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/domain/events.h"

namespace hansard::codec {

using base::Result;

using Salt = std::array<std::uint8_t, 16>;

// What the sequencer adds to an event to make it a record. `event.body` must be there.
struct EncodeInput {
  const domain::RecordedEvent& event;
  base::PartitionId partition = base::kPartition;
  base::ShortDigest actor_hash{};  // keyed, see engine/keys.h
  Salt facts_salt{};
  Salt content_salt{};
};

// Appends the record to `out`.
void encode(const EncodeInput& input, std::string& out);

// The fixed part, for proofs and tools.
struct Leaf {
  std::uint8_t leaf_version = 0;
  domain::EventType type{};  // may be a number this build does not know
  std::uint16_t schema_version = 0;
  base::PartitionId partition = 0;
  base::Position position;
  base::StreamId stream;
  base::Version version;
  base::Timestamp time;
  base::ShortDigest actor_hash{};
  base::ShortDigest command_hash{};
  base::Digest facts_commitment{};
  base::Digest content_commitment{};
};

// `corrupt` with the byte offset of the first thing wrong; `unsupported` for a newer record or leaf format.
Result<Leaf> decode_leaf(std::string_view record);
// The exact bytes a Merkle leaf is hashed over; `record` decoded before.
std::string_view leaf_bytes(std::string_view record);
// A type this build does not know gives an event without a body.
Result<domain::RecordedEvent> decode(std::string_view record);
// CRC, lengths, tables and both commitments: everything a record can prove about itself. Answers its leaf.
Result<Leaf> verify(std::string_view record);
// The same record without its content and content salt; the leaf does not change (I5).
Result<std::string> erase_content(std::string_view record);

}  // namespace hansard::codec
