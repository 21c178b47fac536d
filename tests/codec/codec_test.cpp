#include "engine/codec/codec.h"

#include <catch2/catch.hpp>

#include "engine/codec/record_layout.h"
#include "tests/codec/record_text.h"
#include "tests/codec/samples.h"

using namespace hansard;
using namespace hansard::codec;
using namespace hansard::codec::testing;
using base::ErrorCode;

namespace {

template <class T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE(result.has_error());
  return result.error().code;
}

domain::RecordedEvent decoded(std::string_view record) {
  auto event = decode(record);
  REQUIRE(event.has_value());
  return event.value();
}

std::string text_of_u16(unsigned value) { return {static_cast<char>(value & 0xFF), static_cast<char>(value >> 8)}; }

}  // namespace

TEST_CASE("an event of every type comes back as it went in") {
  for (const Sample& sample : samples()) {
    INFO(sample.name);
    std::string record = encoded(sample);
    CHECK(same_event(decoded(record), sample.event));
    CHECK(verify(record).has_value());
  }
}

TEST_CASE("a record is read wherever it lies") {
  constexpr std::size_t kAddresses = 8;  // of the alignments there are
  for (const Sample& sample : samples()) {
    INFO(sample.name);
    const std::string record = encoded(sample);
    for (std::size_t shift = 0; shift < kAddresses; ++shift) {
      const std::string moved = std::string(shift, '-') + record;
      CHECK(same_event(decoded(std::string_view(moved).substr(shift)), sample.event));
    }
  }
}

TEST_CASE("encode appends and leaves what stood there before") {
  std::string record = encoded(sample("message_sent"));
  Sample second = sample("read_advanced");
  std::string both = record;
  encode({second.event, second.partition, second.actor_hash, second.facts_salt, second.content_salt}, both);
  CHECK(both == record + encoded(second));
}

TEST_CASE("the leaf says where an event stands and what it commits to") {
  Sample sample = testing::sample("message_sent");
  auto leaf = decode_leaf(encoded(sample)).value();
  CHECK(leaf.leaf_version == 1);
  CHECK(leaf.type == domain::EventType::message_sent);
  CHECK(leaf.schema_version == 1);
  CHECK(leaf.partition == sample.partition);
  CHECK(leaf.position == sample.event.position);
  CHECK(leaf.stream == sample.event.stream);
  CHECK(leaf.version == sample.event.version);
  CHECK(leaf.time == sample.event.time);
  CHECK(leaf.actor_hash == sample.actor_hash);
  CHECK(leaf.command_hash == sample.event.command);
}

TEST_CASE("times before 1970 survive") {
  Sample sample = testing::sample("message_sent");
  sample.event.time = {-1};
  CHECK(decoded(encoded(sample)).time.ms == -1);
}

TEST_CASE("a commitment is SHA-256 of the salt and the stored bytes") {
  Sample sample = testing::sample("message_sent");
  std::string record = encoded(sample);
  auto leaf = decode_leaf(record).value();
  std::string facts_salt(16, '\0'), content_salt(16, '\0');
  for (std::size_t i = 0; i < 16; ++i) {
    facts_salt[i] = static_cast<char>(0x80 + i);
    content_salt[i] = static_cast<char>(0x90 + i);
  }
  auto facts_bytes = static_cast<unsigned char>(record[kFactsLengthAt]);
  CHECK(leaf.facts_commitment == base::sha256(facts_salt + record.substr(kFactsAt, facts_bytes)));
  CHECK(leaf.content_commitment == base::sha256(content_salt + record.substr(kFactsAt + facts_bytes)));
}

TEST_CASE("an event without content commits to the salt alone") {
  auto leaf = decode_leaf(encoded(sample("read_advanced"))).value();
  std::string salt(16, '\0');
  for (std::size_t i = 0; i < 16; ++i) salt[i] = static_cast<char>(0x90 + i);
  CHECK(leaf.content_commitment == base::sha256(salt));
}

TEST_CASE("erasure takes content and salt away and leaves the leaf and the facts") {
  std::string record = encoded(sample("message_sent_full"));
  std::string erased = erase_content(record).value();
  CHECK(leaf_bytes(erased) == leaf_bytes(record));
  CHECK(erased.find("taxi.png") == std::string::npos);
  CHECK(erased.substr(kContentSaltAt, 16) == std::string(16, '\0'));
  CHECK(verify(erased).has_value());

  domain::RecordedEvent expected = sample("message_sent_full").event;
  std::get<domain::MessageSent>(*expected.body).content.reset();
  CHECK(same_event(decoded(erased), expected));
}

TEST_CASE("erasing twice, or what has no content, changes nothing") {
  std::string erased = erase_content(encoded(sample("conversation_updated"))).value();
  CHECK(erase_content(erased).value() == erased);
  std::string record = encoded(sample("member_added"));
  CHECK(erase_content(record).value() == record);
}

TEST_CASE("an event whose content was gone before it was written is an erased record") {
  Sample sample = testing::sample("conversation_updated");
  std::get<domain::ConversationUpdated>(*sample.event.body).content.reset();
  std::string record = encoded(sample);
  CHECK(record[kFlagsAt] == kFlagErased);
  CHECK(same_event(decoded(record), sample.event));
  CHECK(verify(record).has_value());
}

TEST_CASE("a type this build does not know gives its place and actor, and can be proven and erased") {
  std::string record = resealed(encoded(sample("message_sent_full")), kTypeAt, text_of_u16(999));
  domain::RecordedEvent expected = sample("message_sent_full").event;
  expected.raw_type = 999;
  expected.body.reset();
  CHECK(same_event(decoded(record), expected));
  CHECK(verify(record).has_value());
  CHECK(verify(erase_content(record).value()).has_value());
}

TEST_CASE("an intact record of a newer format is unsupported, not corrupt") {
  std::string record = encoded(sample("message_sent"));
  CHECK(code_of(decode(resealed(record, kRecordVersionAt, "\x02"))) == ErrorCode::unsupported);
  CHECK(code_of(decode_leaf(resealed(record, kLeafVersionAt, "\x02"))) == ErrorCode::unsupported);
  CHECK(code_of(decode(resealed(record, kFlagsAt, "\x04"))) == ErrorCode::unsupported);
}

TEST_CASE("encrypted content is unsupported, its leaf is readable") {
  std::string record = resealed(encoded(sample("message_sent")), kFlagsAt, "\x02");
  CHECK(code_of(decode(record)) == ErrorCode::unsupported);
  CHECK(code_of(verify(record)) == ErrorCode::unsupported);
  CHECK(decode_leaf(record).has_value());
}

TEST_CASE("verify finds a body that was exchanged under a good checksum") {
  std::string record = encoded(sample("message_sent"));
  std::size_t hello = record.find("hello");
  std::string altered = resealed(record, hello, "hallo");
  CHECK(decode(altered).has_value());
  CHECK(code_of(verify(altered)) == ErrorCode::corrupt);

  std::size_t ada = record.find("ada");
  CHECK(code_of(verify(resealed(record, ada, "eve"))) == ErrorCode::corrupt);
}

TEST_CASE("what is wrong under a good checksum is still found") {
  std::string record = encoded(sample("message_sent"));
  std::string erased = erase_content(record).value();
  using namespace std::string_literals;
  CHECK(code_of(decode(resealed(record, kReservedAt, "\x01"))) == ErrorCode::corrupt);
  CHECK(code_of(decode(resealed(record, kLeafReservedAt, "\x01"))) == ErrorCode::corrupt);
  CHECK(code_of(decode(resealed(record, kFactsLengthAt, "\xff\xff\xff\xff"))) == ErrorCode::corrupt);
  CHECK(code_of(decode(resealed(record, kContentLengthAt, "\xff\xff\xff\x00"s))) == ErrorCode::corrupt);
  CHECK(code_of(decode(resealed(record, kFlagsAt, "\x01"))) == ErrorCode::corrupt);
  CHECK(code_of(decode(resealed(erased, kContentSaltAt, "\x01"))) == ErrorCode::corrupt);
  CHECK(code_of(decode(resealed(erased, kFlagsAt, "\x00"s))) == ErrorCode::corrupt);
  CHECK(code_of(decode(resealed(record, kTypeAt, text_of_u16(30)))) == ErrorCode::corrupt);
}

TEST_CASE("an enum number of a newer schema is unsupported") {
  Sample sample = testing::sample("member_role_changed");
  std::get<domain::MemberRoleChanged>(*sample.event.body).role = static_cast<domain::Role>(9);
  CHECK(code_of(decode(encoded(sample))) == ErrorCode::unsupported);
}
