// Every row of the recovery table is met by a folder that really is like that: nothing in it is there for a state that
// cannot be, and nothing that can be decides by accident.
#include <map>

#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "engine/log/identity.h"
#include "engine/log/keys.h"
#include "engine/log/preflight.h"
#include "tests/log/damage_fixture.h"

namespace hansard::log {

namespace {
std::unique_ptr<Database> open_database(const std::string& data) {
  return Database::open(LogPaths(data).database, Database::Mode::existing, {}, {}).value();
}

void make_format_newer(const std::string& data) {
  auto database = open_database(data);
  Identity identity = read_identity(*database).value();
  identity.format = kFormatVersion + 1;
  REQUIRE(write_identity(*database, identity, std::nullopt).has_value());
}

// Both slots say a format this build does not know, and their CRC is right.
void make_witness_newer(const std::string& data) {
  constexpr std::size_t kCrcAt = 8, kFormatAt = 12;
  std::string bytes = read_file(data + "/log.witness");
  for (std::size_t at = 0; at + kWitnessSlotBytes <= bytes.size(); at += kWitnessSlotStride) {
    bytes[at + kFormatAt] = 2;
    const std::uint32_t crc =
        base::crc32c(std::string_view(bytes).substr(at + kFormatAt, kWitnessSlotBytes - kFormatAt));
    for (std::size_t i = 0; i < 4; ++i) bytes[at + kCrcAt + i] = static_cast<char>(crc >> (8 * i));
  }
  write_file(data + "/log.witness", bytes);
}

void delete_a_position(const std::string& data) {
  auto database = open_database(data);
  REQUIRE(database->db().Delete({}, database->events(), EventKey(base::kPartition, {7}).view()).ok());
}

void exchange_the_log(const std::string& data) {
  append(*open_log(data + ".other").log, 3);
  fs::remove_all(data + "/log");
  copy_folder(data + ".other/log", data + "/log");
}

struct State {
  const char* name;
  std::function<void(const std::string& data)> make;  // out of a killed log
  Finding finding;
};

std::vector<State> states() {
  return {{"a newer format", make_format_newer, Finding::newer_format},
          {"a newer witness", make_witness_newer, Finding::newer_format},
          {"nothing", [](auto& data) { fs::remove_all(data); }, Finding::fresh},
          {"no log", [](auto& data) { fs::remove_all(data + "/log"); }, Finding::log_missing},
          {"no CURRENT", [](auto& data) { fs::remove(data + "/log/CURRENT"); }, Finding::log_unopenable},
          {"a position deleted", delete_a_position, Finding::gap},
          {"a WAL garbled in the middle",
           [](auto& data) { garble(last_wal(data), records_end(last_wal(data)) / 2, 2); }, Finding::wal_damaged},
          {"a WAL that was emptied", [](auto& data) { cut_file(last_wal(data), 0); }, Finding::tail_missing},
          {"another log", exchange_the_log, Finding::witness_foreign},
          {"no witness", [](auto& data) { fs::remove(data + "/log.witness"); }, Finding::witness_missing},
          {"a witness in pieces", [](auto& data) { cut_file(data + "/log.witness", 5); }, Finding::witness_missing},
          {"as a kill leaves it", [](auto&) {}, Finding::sound}};
}
}  // namespace

TEST_CASE("every row of the recovery table is met by a folder, and decides it") {
  TempFolder temp;
  make_stopped_log(temp / "killed");
  std::map<std::size_t, std::string> met;
  for (const State& state : states()) {
    CAPTURE(state.name);
    const std::string data = temp / "data";
    fs::remove_all(data);
    fs::remove_all(data + ".other");
    copy_folder(temp / "killed", data);
    state.make(data);
    const Preflight found = inspect(LogPaths(data), quiet_options(), {}).value();
    CHECK(found.decision.finding == state.finding);
    CHECK(met.emplace(recovery_row(found.seen), state.name).second);
  }
  REQUIRE(met.size() == kRecoveryRows);
}

}  // namespace hansard::log
