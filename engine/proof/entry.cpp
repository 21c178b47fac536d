#include "engine/proof/entry.h"

#include "engine/codec/codec.h"
#include "engine/codec/little_endian.h"
#include "engine/codec/record_layout.h"
#include "engine/proof/base64.h"

namespace hansard::proof {

namespace {
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kPathMax = 64;

base::Error malformed(std::string what) { return base::error(base::ErrorCode::malformed, std::move(what)); }

base::Error refused(std::string what) { return base::error(base::ErrorCode::refused, std::move(what)); }

// Of a leaf, at the offset of the record.
std::string_view commitment(std::string_view leaf, std::size_t at) {
  return leaf.substr(at - codec::kLeafAt, sizeof(Hash));
}

bool opens(const Opening& opening, std::string_view commitment) {
  return base::view_of(base::sha256_pair(opening.salt, opening.bytes)) == commitment;
}

void append_opening(std::string& json, std::string_view commitment, const std::optional<Opening>& opening) {
  json += "{\"commitment\":\"" + base64(commitment);
  if (opening) {
    json +=
        "\",\"salt\":\"" + base64(opening->salt) + "\",\"bytes\":\"" + base64(opening->bytes) + "\",\"erased\":false}";
  } else {
    json += "\",\"erased\":true}";
  }
}

Result<std::string> bytes_member(const base::JsonValue& object, const char* name) {
  const auto text = object.member(name).string();
  auto bytes = text ? from_base64(*text) : std::nullopt;
  if (!bytes) return malformed(std::string("`") + name + "` is not base 64");
  return *std::move(bytes);
}

bool is_absent(const base::JsonValue& value) { return value.kind() == base::JsonValue::Kind::missing; }

// A member that says again what follows from others; absent is fine.
Result<void> repeats(const base::JsonValue& object, const char* name, std::string_view bytes) {
  if (is_absent(object.member(name)) || object.member(name).string() == base64(bytes)) return base::success();
  return refused(std::string("`") + name + "` is not what follows from the leaf");
}

Result<std::optional<Opening>> parse_opening(const base::JsonValue& object, std::string_view leaf, std::size_t at) {
  TRY(repeats(object, "commitment", commitment(leaf, at)));
  const auto erased = object.member("erased");
  if (!is_absent(erased) && !erased.boolean()) return malformed("`erased` is neither true nor false");
  if (erased.boolean().value_or(false)) return std::optional<Opening>();
  TRY(auto salt, bytes_member(object, "salt"));
  TRY(auto bytes, bytes_member(object, "bytes"));
  return std::optional(Opening{std::move(salt), std::move(bytes)});
}
}  // namespace

Result<Entry> read_entry(const log::EventLog& log, log::Position position) {
  TRY(auto record, log.get(base::kPartition, position));
  TRY(codec::verify(record));
  const std::string_view bytes(record);
  const auto facts_bytes = codec::load_le<std::uint32_t>(bytes, codec::kFactsLengthAt);
  Entry entry;
  entry.index = position.value - 1;
  entry.leaf = codec::leaf_bytes(record);
  entry.facts = {std::string(bytes.substr(codec::kFactsSaltAt, kSaltBytes)),
                 std::string(bytes.substr(codec::kFactsAt, facts_bytes))};
  const bool is_erased = (static_cast<std::uint8_t>(bytes[codec::kFlagsAt]) & codec::kFlagErased) != 0;
  if (!is_erased) {
    entry.content = Opening{std::string(bytes.substr(codec::kContentSaltAt, kSaltBytes)),
                            std::string(bytes.substr(codec::kFactsAt + facts_bytes))};
  }
  return entry;
}

Result<void> check_entry(const Entry& entry) {
  if (entry.leaf.size() != codec::kLeafBytes) return refused("the leaf has not the length of one");
  const std::uint64_t position = codec::load_le<std::uint64_t>(entry.leaf, codec::kPositionAt - codec::kLeafAt);
  if (position != entry.index + 1) return refused("the leaf is of position " + std::to_string(position));
  if (!opens(entry.facts, commitment(entry.leaf, codec::kFactsCommitmentAt))) {
    return refused("the facts are not those the leaf commits to");
  }
  if (entry.content && !opens(*entry.content, commitment(entry.leaf, codec::kContentCommitmentAt))) {
    return refused("the content is not that the leaf commits to");
  }
  return base::success();
}

std::string record_of(const Entry& entry) {
  const Opening nothing{std::string(kSaltBytes, '\0'), ""};
  const Opening& content = entry.content ? *entry.content : nothing;
  std::string record(codec::kFixedBytes, '\0');
  record[codec::kRecordVersionAt] = static_cast<char>(codec::kRecordVersion);
  record[codec::kFlagsAt] = static_cast<char>(entry.content ? 0 : codec::kFlagErased);
  record.replace(codec::kLeafAt, codec::kLeafBytes, entry.leaf);
  record.replace(codec::kFactsSaltAt, kSaltBytes, entry.facts.salt);
  record.replace(codec::kContentSaltAt, kSaltBytes, content.salt);
  codec::store_le(record.data() + codec::kFactsLengthAt, static_cast<std::uint32_t>(entry.facts.bytes.size()));
  codec::store_le(record.data() + codec::kContentLengthAt, static_cast<std::uint32_t>(content.bytes.size()));
  record += entry.facts.bytes + content.bytes;
  codec::store_le(record.data() + codec::kCrcAt, base::crc32c(std::string_view(record).substr(codec::kCrcFrom)));
  return record;
}

void append_entry(std::string& json, const Entry& entry) {
  json += "\"index\":" + std::to_string(entry.index) + ",\"leaf\":\"" + base64(entry.leaf) + "\",\"leaf_hash\":\"" +
          base64(base::view_of(leaf_hash(entry.leaf))) + "\",\"facts\":";
  append_opening(json, commitment(entry.leaf, codec::kFactsCommitmentAt), entry.facts);
  json += ",\"content\":";
  append_opening(json, commitment(entry.leaf, codec::kContentCommitmentAt), entry.content);
}

Result<Entry> parse_entry(const base::JsonValue& object) {
  Entry entry;
  const auto index = object.member("index").integer();
  if (!index || *index < 0) return malformed("`index` is not a number of a leaf");
  entry.index = static_cast<std::uint64_t>(*index);
  TRY(entry.leaf, bytes_member(object, "leaf"));
  if (entry.leaf.size() != codec::kLeafBytes) return malformed("`leaf` has not the length of one");
  TRY(repeats(object, "leaf_hash", base::view_of(leaf_hash(entry.leaf))));
  TRY(auto facts, parse_opening(object.member("facts"), entry.leaf, codec::kFactsCommitmentAt));
  if (!facts) return malformed("`facts` are never erased");
  entry.facts = *std::move(facts);
  TRY(entry.content, parse_opening(object.member("content"), entry.leaf, codec::kContentCommitmentAt));
  return entry;
}

void append_path(std::string& json, const Path& path) {
  json += '[';
  for (const Hash& hash : path) {
    if (json.back() != '[') json += ',';
    json += '"' + base64(base::view_of(hash)) + '"';
  }
  json += ']';
}

Result<Path> parse_path(const base::JsonValue& array) {
  if (array.kind() != base::JsonValue::Kind::array) return malformed("`path` is not a list");
  Path path;
  for (const auto& item : array.items()) {
    const auto text = item.string();
    const auto hash = text ? hash_from_base64(*text) : std::nullopt;
    if (!hash || path.size() >= kPathMax) return malformed("`path` is not a list of at most 64 hashes in base 64");
    path.push_back(*hash);
  }
  return path;
}

}  // namespace hansard::proof
