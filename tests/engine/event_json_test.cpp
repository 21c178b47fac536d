// The stored records of tests/golden/records-v1 as JSON, against tests/golden/events-v1: what the feed says of an event
// is a contract like its bytes.
#include "engine/event_json.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include <catch2/catch.hpp>

#include "engine/base/json.h"
#include "engine/codec/codec.h"
#include "tests/codec/record_text.h"
#include "tests/support/source_folder.h"

using namespace hansard;

namespace {

const std::string kRecords = "tests/golden/records-v1";
const std::string kTexts = "tests/golden/events-v1";
constexpr std::uint32_t kEpoch = 7;

// The records' own position is beyond what the wire can say.
domain::RecordedEvent stored(const std::string& name) {
  const auto record = codec::testing::from_hex(codec::testing::read_source_file(kRecords + "/" + name + ".hex"));
  REQUIRE(record.has_value());
  auto event = codec::decode(*record).value();
  event.position = {1'234'567};
  return event;
}

std::string text_of(const domain::RecordedEvent& event) {
  std::string text;
  engine::append_event_json(text, event, kEpoch);
  return text;
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(support::source_folder() + "/" + folder)) {
    names.insert(entry.path().stem().string());
  }
  return names;
}

}  // namespace

TEST_CASE("every stored record is shown as it was shown when it was written") {
  for (const auto& name : names_in(kTexts)) {
    INFO(name);
    CHECK(text_of(stored(name)) + "\n" == codec::testing::read_source_file(kTexts + "/" + name + ".json"));
  }
}

TEST_CASE("every stored record has its text, and with them every event type") {
  CHECK(names_in(kTexts) == names_in(kRecords));
  std::set<std::size_t> types;
  for (const auto& name : names_in(kTexts)) {
    if (const auto event = stored(name); event.body) types.insert(event.body->index());
  }
  CHECK(types.size() == std::variant_size_v<domain::EventBody>);
}

TEST_CASE("an event's text is one line of JSON with the contract's members in order") {
  for (const auto& name : names_in(kRecords)) {
    INFO(name);
    const auto text = text_of(stored(name));
    CHECK(text.find('\n') == std::string::npos);
    base::JsonParser parser;
    const auto value = parser.parse(text);
    REQUIRE(value.has_value());
    CHECK(value.value().member("position").string() == "0070000001234567");
    for (const auto* member : {"stream", "version", "type", "schema", "time", "actor", "command_id", "facts"}) {
      CHECK(value.value().member(member).kind() != base::JsonValue::Kind::missing);
    }
  }
}

TEST_CASE("erased content is null, and absent where the type has none") {
  CHECK(text_of(stored("message_sent_erased")).ends_with(",\"content\":null}"));
  CHECK(text_of(stored("message_deleted")).find("\"content\"") == std::string::npos);
}

TEST_CASE("a position that no log can have is null, whoever made the record up") {
  auto event = stored("loss_accepted");
  std::get<domain::LossAccepted>(*event.body).after = event.position = {0x0102030405060708};
  const auto text = text_of(event);
  CHECK(text.starts_with("{\"position\":null,"));
  CHECK(text.find("\"after\":null") != std::string::npos);
  CHECK(base::JsonParser(64).parse(text).has_value());
}

TEST_CASE("an unknown type keeps its number") {
  const auto text = text_of(stored("unknown_type"));
  CHECK(text.find("\"type\":\"unknown\",\"type_number\":999,") != std::string::npos);
  CHECK(text.ends_with(",\"facts\":null}"));
}

// A tool, hidden from ordinary runs: writes the texts that are not there yet. Look at them before they are committed.
TEST_CASE("write the texts of new records", "[.write-golden]") {
  const auto known = names_in(kTexts);
  for (const auto& name : names_in(kRecords)) {
    if (known.contains(name)) continue;
    std::ofstream(support::source_folder() + "/" + kTexts + "/" + name + ".json") << text_of(stored(name)) << "\n";
    std::cout << name << "\n";
  }
  SUCCEED();
}
