#include "engine/codec/codec.h"

#include "engine/base/check.h"
#include "engine/codec/body_tables.h"
#include "engine/codec/little_endian.h"
#include "engine/codec/record_layout.h"

namespace hansard::codec {

using base::ErrorCode;

namespace {

std::string_view view_of(const Salt& salt) { return {reinterpret_cast<const char*>(salt.data()), salt.size()}; }

base::Error corrupt_at(std::size_t offset, const char* what) {
  return base::error(ErrorCode::corrupt, "byte " + std::to_string(offset) + ": " + what);
}

// A record whose prefix, lengths and flags agree.
struct Frame {
  std::uint8_t flags = 0;
  std::string_view facts;
  std::string_view content;
};

// The CRC comes first: every accidental change is `corrupt`, only an intact record can be `unsupported`.
Result<void> check_prefix(std::string_view record) {
  if (record.size() < kPrefixBytes) return corrupt_at(record.size(), "the record ends within its prefix");
  if (load_le<std::uint32_t>(record, kCrcAt) != base::crc32c(record.substr(kCrcFrom))) {
    return corrupt_at(kCrcAt, "the checksum does not match");
  }
  if (load_le<std::uint8_t>(record, kRecordVersionAt) != kRecordVersion) {
    return base::error(ErrorCode::unsupported, "a record of a newer format version");
  }
  if (record.size() < kFixedBytes) return corrupt_at(record.size(), "the record ends within its fixed part");
  if (load_le<std::uint8_t>(record, kLeafVersionAt) != kLeafVersion) {
    return base::error(ErrorCode::unsupported, "a leaf header of a newer version");
  }
  if ((load_le<std::uint8_t>(record, kFlagsAt) & ~kFlagsKnown) != 0) {
    return base::error(ErrorCode::unsupported, "a record with flags of a newer version");
  }
  if (load_le<std::uint16_t>(record, kReservedAt) != 0) return corrupt_at(kReservedAt, "reserved bytes are not zero");
  if (load_le<std::uint8_t>(record, kLeafReservedAt) != 0) {
    return corrupt_at(kLeafReservedAt, "a reserved byte is not zero");
  }
  return base::success();
}

Result<Frame> check_frame(std::string_view record) {
  TRY(check_prefix(record));
  std::size_t facts_bytes = load_le<std::uint32_t>(record, kFactsLengthAt);
  std::size_t content_bytes = load_le<std::uint32_t>(record, kContentLengthAt);
  if (facts_bytes > kTableBytesMax) return corrupt_at(kFactsLengthAt, "the facts are longer than any may be");
  if (content_bytes > kTableBytesMax) return corrupt_at(kContentLengthAt, "the content is longer than any may be");
  if (record.size() != kFixedBytes + facts_bytes + content_bytes) {
    return corrupt_at(kFactsLengthAt, "the lengths do not add up to the record's");
  }
  Frame frame{load_le<std::uint8_t>(record, kFlagsAt), record.substr(kFactsAt, facts_bytes),
              record.substr(kFactsAt + facts_bytes)};
  if ((frame.flags & kFlagErased) == 0) return frame;
  if (content_bytes != 0) return corrupt_at(kContentLengthAt, "an erased record has content");
  if (load_bytes<16>(record, kContentSaltAt) != Salt{}) {
    return corrupt_at(kContentSaltAt, "an erased record has a content salt");
  }
  return frame;
}

Result<void> read_body(const Frame& frame, domain::RecordedEvent& event) {
  if ((frame.flags & kFlagEncrypted) != 0) {
    return base::error(ErrorCode::unsupported, "encrypted content, which this version cannot read");
  }
  TRY(read_facts(frame.facts, event));
  if (!event.body || (frame.flags & kFlagErased) != 0) return base::success();
  return read_content(frame.content, *event.body);
}

Result<domain::RecordedEvent> decode_framed(std::string_view record, const Frame& frame) {
  Result<domain::RecordedEvent> result{domain::RecordedEvent{}};
  domain::RecordedEvent& event = result.assume_value();
  event.position.value = load_le<std::uint64_t>(record, kPositionAt);
  event.stream.bytes = load_bytes<16>(record, kStreamAt);
  event.version.value = load_le<std::uint64_t>(record, kStreamVersionAt);
  event.time.ms = static_cast<std::int64_t>(load_le<std::uint64_t>(record, kTimeAt));
  event.command = load_bytes<16>(record, kCommandHashAt);
  event.fingerprint = load_bytes<16>(record, kFingerprintAt);
  event.raw_type = load_le<std::uint16_t>(record, kTypeAt);
  event.schema = load_le<std::uint16_t>(record, kSchemaVersionAt);
  TRY(read_body(frame, event));
  return result;
}

void store_leaf(const EncodeInput& input, std::uint16_t type, char* record) {
  const domain::RecordedEvent& event = input.event;
  store_le(record + kLeafVersionAt, kLeafVersion);
  store_le(record + kTypeAt, type);
  store_le(record + kSchemaVersionAt, kSchemaVersion);
  store_le(record + kPartitionAt, input.partition);
  store_le(record + kPositionAt, event.position.value);
  store_bytes(record + kStreamAt, event.stream.bytes);
  store_le(record + kStreamVersionAt, event.version.value);
  store_le(record + kTimeAt, static_cast<std::uint64_t>(event.time.ms));
  store_bytes(record + kActorHashAt, input.actor_hash);
  store_bytes(record + kCommandHashAt, event.command);
}

void store_crc(char* record, std::size_t bytes) {
  store_le(record + kCrcAt, base::crc32c({record + kCrcFrom, bytes - kCrcFrom}));
}

bool commits_to(std::string_view record, std::size_t commitment_at, std::size_t salt_at, std::string_view stored) {
  return load_bytes<32>(record, commitment_at) == base::sha256_pair(record.substr(salt_at, sizeof(Salt)), stored);
}

}  // namespace

void encode(const EncodeInput& input, std::string& out) {
  CHECK(input.event.body.has_value());
  const domain::EventBody& body = *input.event.body;
  const std::size_t start = out.size();
  out.append(kFixedBytes, '\0');
  append_facts(input.event.actor, body, out);
  const std::size_t facts_bytes = out.size() - start - kFixedBytes;
  append_content(body, out);
  const std::size_t bytes = out.size() - start;
  const std::string_view tables = std::string_view(out).substr(start + kFixedBytes);

  char* record = out.data() + start;
  const bool erased = lacks_content(body);
  store_le(record + kRecordVersionAt, kRecordVersion);
  store_le(record + kFlagsAt, erased ? kFlagErased : std::uint8_t{0});
  store_leaf(input, static_cast<std::uint16_t>(domain::type_of(body)), record);
  store_bytes(record + kFactsCommitmentAt, base::sha256_pair(view_of(input.facts_salt), tables.substr(0, facts_bytes)));
  store_bytes(record + kContentCommitmentAt,
              base::sha256_pair(view_of(input.content_salt), tables.substr(facts_bytes)));
  store_bytes(record + kFingerprintAt, input.event.fingerprint);
  store_bytes(record + kFactsSaltAt, input.facts_salt);
  store_bytes(record + kContentSaltAt, erased ? Salt{} : input.content_salt);
  store_le(record + kFactsLengthAt, static_cast<std::uint32_t>(facts_bytes));
  store_le(record + kContentLengthAt, static_cast<std::uint32_t>(tables.size() - facts_bytes));
  store_crc(record, bytes);
}

namespace {
// PRECONDITION: the record's frame was checked.
Leaf leaf_of(std::string_view record) {
  Leaf leaf;
  leaf.leaf_version = load_le<std::uint8_t>(record, kLeafVersionAt);
  leaf.type = static_cast<domain::EventType>(load_le<std::uint16_t>(record, kTypeAt));
  leaf.schema_version = load_le<std::uint16_t>(record, kSchemaVersionAt);
  leaf.partition = load_le<std::uint16_t>(record, kPartitionAt);
  leaf.position.value = load_le<std::uint64_t>(record, kPositionAt);
  leaf.stream.bytes = load_bytes<16>(record, kStreamAt);
  leaf.version.value = load_le<std::uint64_t>(record, kStreamVersionAt);
  leaf.time.ms = static_cast<std::int64_t>(load_le<std::uint64_t>(record, kTimeAt));
  leaf.actor_hash = load_bytes<16>(record, kActorHashAt);
  leaf.command_hash = load_bytes<16>(record, kCommandHashAt);
  leaf.facts_commitment = load_bytes<32>(record, kFactsCommitmentAt);
  leaf.content_commitment = load_bytes<32>(record, kContentCommitmentAt);
  return leaf;
}
}  // namespace

Result<Leaf> decode_leaf(std::string_view record) {
  TRY(check_frame(record));
  return leaf_of(record);
}

std::string_view leaf_bytes(std::string_view record) {
  CHECK(record.size() >= kFixedBytes, record.size());
  return record.substr(kLeafAt, kLeafBytes);
}

Result<domain::RecordedEvent> decode(std::string_view record) {
  TRY(Frame frame, check_frame(record));
  return decode_framed(record, frame);
}

Result<Leaf> verify(std::string_view record) {
  TRY(Frame frame, check_frame(record));
  TRY(decode_framed(record, frame));
  if (!commits_to(record, kFactsCommitmentAt, kFactsSaltAt, frame.facts)) {
    return corrupt_at(kFactsCommitmentAt, "the facts are not those committed to");
  }
  // An erasure takes the salt as well: what was committed to can no longer be told, only that it was not replaced.
  if ((frame.flags & kFlagErased) != 0) return leaf_of(record);
  if (!commits_to(record, kContentCommitmentAt, kContentSaltAt, frame.content)) {
    return corrupt_at(kContentCommitmentAt, "the content is not what was committed to");
  }
  return leaf_of(record);
}

Result<std::string> erase_content(std::string_view record) {
  TRY(Frame frame, check_frame(record));
  std::string erased(record);
  if (frame.content.empty()) return erased;
  erased.resize(kFactsAt + frame.facts.size());
  store_le(erased.data() + kFlagsAt, kFlagErased);
  store_bytes(erased.data() + kContentSaltAt, Salt{});
  store_le(erased.data() + kContentLengthAt, std::uint32_t{0});
  store_crc(erased.data(), erased.size());
  return erased;
}

}  // namespace hansard::codec
