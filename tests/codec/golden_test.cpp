// The stored corpus tests/golden/records-v1 against the literal samples: a record once written is read forever, and
// written the same way. A failure here means the change breaks existing logs; the corpus is never regenerated.
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "engine/codec/codec.h"
#include "tests/codec/record_text.h"
#include "tests/codec/samples.h"
#include "tests/support/source_folder.h"

using namespace hansard;
using namespace hansard::codec;
using namespace hansard::codec::testing;

namespace {

const std::string kCorpus = "tests/golden/records-v1";

// Stored records that are not encoded samples: the erased form of one, or one with a type nobody knows.
const std::map<std::string, std::string> kErasedFrom = {{"conversation_created_erased", "conversation_created"},
                                                        {"conversation_updated_erased", "conversation_updated"},
                                                        {"message_sent_erased", "message_sent_full"},
                                                        {"message_edited_erased", "message_edited"},
                                                        {"unknown_type_erased", "unknown_type"}};
constexpr std::uint16_t kUnknownType = 999;

std::string stored(const std::string& name) {
  auto record = from_hex(read_source_file(kCorpus + "/" + name + ".hex"));
  REQUIRE(record.has_value());
  return *record;
}

void drop_content(domain::EventBody& body) {
  std::visit(
      [](auto& event) {
        if constexpr (requires { event.content; }) event.content.reset();
      },
      body);
}

std::set<std::string> stored_names() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(hansard::support::source_folder() + "/" + kCorpus)) {
    names.insert(entry.path().stem().string());
  }
  return names;
}

std::set<std::string> expected_names() {
  std::set<std::string> names = {"unknown_type"};
  for (const Sample& sample : samples()) names.insert(sample.name);
  for (const auto& [erased, from] : kErasedFrom) names.insert(erased);
  return names;
}

}  // namespace

TEST_CASE("every stored record says what it said when it was written") {
  for (const Sample& sample : samples()) {
    INFO(sample.name);
    std::string record = stored(sample.name);
    auto event = decode(record);
    REQUIRE(event.has_value());
    CHECK(same_event(event.value(), sample.event));
    CHECK(verify(record).has_value());
  }
}

TEST_CASE("every stored record would be written the same today") {
  for (const Sample& sample : samples()) {
    INFO(sample.name);
    CHECK(to_hex(encoded(sample)) == to_hex(stored(sample.name)));
  }
}

TEST_CASE("stored erased records are what an erasure makes of the stored originals") {
  for (const auto& [erased_name, from] : kErasedFrom) {
    INFO(erased_name);
    std::string erased = stored(erased_name);
    CHECK(to_hex(erase_content(stored(from)).value()) == to_hex(erased));
    CHECK(verify(erased).has_value());
    domain::RecordedEvent expected = decode(stored(from)).value();
    if (expected.body) drop_content(*expected.body);
    CHECK(same_event(decode(erased).value(), expected));
  }
}

TEST_CASE("a stored record of an unknown type still gives its place and actor") {
  domain::RecordedEvent expected = sample("message_sent_full").event;
  expected.raw_type = kUnknownType;
  expected.body.reset();
  CHECK(same_event(decode(stored("unknown_type")).value(), expected));
  CHECK(verify(stored("unknown_type")).has_value());
}

TEST_CASE("the corpus and the samples name the same records, of every event type") {
  CHECK(stored_names() == expected_names());
  std::set<std::size_t> types;
  for (const Sample& sample : samples()) types.insert(sample.event.body->index());
  CHECK(types.size() == std::variant_size_v<domain::EventBody>);
}

// A tool, hidden from ordinary runs: prints the records of new samples, to be stored by hand once and for good.
TEST_CASE("print the records that the corpus does not have", "[.print-golden]") {
  std::set<std::string> names = stored_names();
  for (const Sample& sample : samples()) {
    if (names.count(sample.name) == 0) std::cout << "== " << sample.name << ".hex\n" << to_hex(encoded(sample));
  }
  std::cout.flush();
  SUCCEED();
}
