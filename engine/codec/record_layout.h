// Where everything stands in a record. docs/LOG_FORMAT.md is the same in prose, with a worked example that a test holds
// against this file. These numbers are stored: a change is a new record or leaf version, never an edit.
//
//   prefix | leaf header | command fingerprint | facts salt | content salt | lengths | facts table | content table
//
// All integers are little-endian. Nothing is aligned for the reader: a record may start at any address.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hansard::codec {

inline constexpr std::uint8_t kRecordVersion = 1;
inline constexpr std::uint8_t kLeafVersion = 1;
inline constexpr std::uint16_t kSchemaVersion = 1;  // of every event type so far

// Flags. They stand outside the leaf: an erasure changes them and no proof. Bits without a name are zero.
inline constexpr std::uint8_t kFlagErased = 0x01;     // content and its salt are gone
inline constexpr std::uint8_t kFlagEncrypted = 0x02;  // AES-256-GCM with a key id in front; not written yet
inline constexpr std::uint8_t kFlagsKnown = kFlagErased | kFlagEncrypted;

// Prefix. The first six bytes keep their place and meaning in every record version.
inline constexpr std::size_t kCrcAt = 0;  // u32, CRC32C of everything after it
inline constexpr std::size_t kCrcFrom = 4;
inline constexpr std::size_t kRecordVersionAt = 4;  // u8
inline constexpr std::size_t kFlagsAt = 5;          // u8
inline constexpr std::size_t kReservedAt = 6;       // u16, zero
inline constexpr std::size_t kPrefixBytes = 8;

// Leaf header: what a Merkle leaf is hashed over. Offsets are from the start of the record.
inline constexpr std::size_t kLeafAt = 8;
inline constexpr std::size_t kLeafVersionAt = 8;          // u8
inline constexpr std::size_t kLeafReservedAt = 9;         // u8, zero
inline constexpr std::size_t kTypeAt = 10;                // u16
inline constexpr std::size_t kSchemaVersionAt = 12;       // u16
inline constexpr std::size_t kPartitionAt = 14;           // u16
inline constexpr std::size_t kPositionAt = 16;            // u64
inline constexpr std::size_t kStreamAt = 24;              // 16 bytes
inline constexpr std::size_t kStreamVersionAt = 40;       // u64
inline constexpr std::size_t kTimeAt = 48;                // i64, milliseconds since the Unix epoch
inline constexpr std::size_t kActorHashAt = 56;           // 16 bytes
inline constexpr std::size_t kCommandHashAt = 72;         // 16 bytes
inline constexpr std::size_t kFactsCommitmentAt = 88;     // 32 bytes
inline constexpr std::size_t kContentCommitmentAt = 120;  // 32 bytes
inline constexpr std::size_t kLeafBytes = 144;

inline constexpr std::size_t kFingerprintAt = 152;    // 16 bytes
inline constexpr std::size_t kFactsSaltAt = 168;      // 16 bytes
inline constexpr std::size_t kContentSaltAt = 184;    // 16 bytes, zero once erased
inline constexpr std::size_t kFactsLengthAt = 200;    // u32
inline constexpr std::size_t kContentLengthAt = 204;  // u32, 0 once erased and for types without content
inline constexpr std::size_t kFactsAt = 208;
inline constexpr std::size_t kFixedBytes = kFactsAt;

static_assert(kLeafAt == kPrefixBytes && kFingerprintAt == kLeafAt + kLeafBytes);

// Limits (I10). Commands are bounded at the edge far below; an entry of a table's list takes at least 20 bytes of it,
// so a table of kTableBytesMax never reaches kTablesMax.
inline constexpr std::size_t kTableBytesMax = 16u << 20;
inline constexpr std::uint32_t kTablesMax = 1'000'000;
inline constexpr std::uint32_t kTableDepthMax = 4;

}  // namespace hansard::codec
