// One event as a proof shows it: its leaf, and the stored bytes with their salts, so that who holds it can check that
// these bytes are what the leaf commits to: commitment = SHA-256(salt | stored bytes) (docs/LOG_FORMAT.md).
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/log/event_log.h"
#include "engine/proof/merkle.h"

namespace hansard::proof {

// Salt and bytes of a commitment.
struct Opening {
  std::string salt;
  std::string bytes;
  bool operator==(const Opening&) const = default;
};

struct Entry {
  std::uint64_t index = 0;  // of the leaf: the position less one
  std::string leaf;         // 144 bytes
  Opening facts;
  std::optional<Opening> content;  // nothing: it was erased
  bool operator==(const Entry&) const = default;
};

// `not_found` above the durable position; `corrupt` when the record does not prove itself.
Result<Entry> read_entry(const log::EventLog& log, log::Position position);
// Leaf, index and every opening fit each other; `refused` says in a sentence what does not.
Result<void> check_entry(const Entry& entry);

// The record these bytes were stored in, but for its command fingerprint, which no proof shows: for decoding.
std::string record_of(const Entry& entry);

// "index":…,"leaf":…,"leaf_hash":…,"facts":{…},"content":{…}|null, without braces around it.
void append_entry(std::string& json, const Entry& entry);
// Of an object with these members. `malformed`; `refused` where leaf_hash or a commitment is not the one of the leaf.
Result<Entry> parse_entry(const base::JsonValue& object);

// ["…",…], base 64.
void append_path(std::string& json, const Path& path);
Result<Path> parse_path(const base::JsonValue& array);

}  // namespace hansard::proof
