// docs/LOG_FORMAT.md against the code: its table of offsets, its table of types and its worked example.
#include <sstream>
#include <vector>

#include <catch2/catch.hpp>

#include "engine/codec/codec.h"
#include "engine/codec/record_layout.h"
#include "tests/codec/record_text.h"
#include "tests/codec/samples.h"

using namespace hansard;
using namespace hansard::codec;
using namespace hansard::codec::testing;

namespace {

// The lines from behind `first` up to `last`.
std::vector<std::string> lines_between(const std::string& first, const std::string& last) {
  std::istringstream document(read_source_file("docs/LOG_FORMAT.md"));
  std::vector<std::string> lines;
  std::string line;
  while (std::getline(document, line) && line != first) continue;
  while (std::getline(document, line) && line != last) lines.push_back(line);
  REQUIRE_FALSE(lines.empty());
  return lines;
}

// The numbers in the first two cells of a table's row; nothing for other lines.
std::optional<std::pair<std::size_t, std::string>> table_row(const std::string& line) {
  std::istringstream cells(line);
  std::string bar;
  std::size_t number = 0;
  std::string second;
  if (!(cells >> bar >> number >> bar >> second) || bar != "|") return std::nullopt;
  return std::pair(number, second);
}

using Rows = std::vector<std::pair<std::size_t, std::string>>;

Rows rows_between(const std::string& first, const std::string& last) {
  Rows rows;
  for (const std::string& line : lines_between(first, last)) {
    if (auto row = table_row(line)) rows.push_back(*row);
  }
  return rows;
}

// Lines of "offset  hex bytes  words": the hex stands in columns 5 to 52.
std::string worked_example() {
  std::string record;
  for (const std::string& line : lines_between("```record", "```")) {
    auto bytes = from_hex(line.substr(5, 48));
    INFO(line);
    REQUIRE(bytes.has_value());
    REQUIRE(std::stoul(line.substr(0, 3)) == record.size());
    record += *bytes;
  }
  return record;
}

}  // namespace

TEST_CASE("the worked example is a record and says what the page says") {
  std::string record = worked_example();
  auto event = decode(record);
  REQUIRE(event.has_value());
  CHECK(verify(record).has_value());
  CHECK(record.size() == 352);
  CHECK(event.value().actor.value == "ada");
  const auto& sent = std::get<domain::MessageSent>(*event.value().body);
  CHECK(base::to_text(sent.facts.conversation) == "10111213-1415-1617-1819-1a1b1c1d1e1f");
  CHECK(sent.facts.author.value == "ada");
  CHECK(sent.facts.ordinal.value == 7);
  CHECK(sent.facts.sent_at.ms == 1'700'000'000'123);
  CHECK(sent.content->text == "hello");
  CHECK(record == encoded(sample("message_sent")));
}

TEST_CASE("the table of offsets is the layout in the code") {
  const Rows expected = {{kCrcAt, "4"},
                         {kRecordVersionAt, "1"},
                         {kFlagsAt, "1"},
                         {kReservedAt, "2"},
                         {kLeafVersionAt, "1"},
                         {kLeafReservedAt, "1"},
                         {kTypeAt, "2"},
                         {kSchemaVersionAt, "2"},
                         {kPartitionAt, "2"},
                         {kPositionAt, "8"},
                         {kStreamAt, "16"},
                         {kStreamVersionAt, "8"},
                         {kTimeAt, "8"},
                         {kActorHashAt, "16"},
                         {kCommandHashAt, "16"},
                         {kFactsCommitmentAt, "32"},
                         {kContentCommitmentAt, "32"},
                         {kFingerprintAt, "16"},
                         {kFactsSaltAt, "16"},
                         {kContentSaltAt, "16"},
                         {kFactsLengthAt, "4"},
                         {kContentLengthAt, "4"},
                         {kFactsAt, "…"}};
  Rows rows = rows_between("## Offsets", "## Event types");
  CHECK(rows == expected);
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    INFO("row at " << rows[i].first);
    CHECK(rows[i].first + std::stoul(rows[i].second) == rows[i + 1].first);
  }
}

TEST_CASE("the table of types names every type the code knows, and no other") {
  Rows expected;
  for (unsigned number = 0; number <= 0xFFFF; ++number) {
    auto name = domain::type_name(static_cast<domain::EventType>(number));
    if (name != "unknown") expected.emplace_back(number, name);
  }
  CHECK(expected.size() == std::variant_size_v<domain::EventBody>);
  CHECK(rows_between("## Event types", "## Erasure") == expected);
}
