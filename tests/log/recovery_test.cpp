#include "engine/log/recovery.h"

#include <vector>

#include <catch2/catch.hpp>

namespace hansard::log {

namespace {
std::vector<Observation> every_combination() {
  std::vector<Observation> all;
  for (auto log : {LogState::absent, LogState::empty, LogState::filled, LogState::unopenable})
    for (auto format : {Format::current, Format::newer})
      for (auto witness : {WitnessState::absent, WitnessState::unreadable, WitnessState::newer, WitnessState::foreign,
                           WitnessState::ahead_of_end, WitnessState::behind_end})
        for (auto positions : {Positions::dense, Positions::gap})
          for (auto wal : {WalTail::clean, WalTail::torn, WalTail::damaged})
            for (auto consent : {Consent::none, Consent::other, Consent::exact})
              all.push_back({log, format, witness, positions, wal, consent});
  return all;
}

bool is_newer(const Observation& seen) { return seen.format == Format::newer || seen.witness == WitnessState::newer; }

// Said without the table: everything that speaks for a log and nothing against it.
bool is_provably_whole(const Observation& seen) {
  bool is_open = seen.log == LogState::filled || seen.log == LogState::empty;
  bool is_witnessed = seen.witness == WitnessState::behind_end ||
                      (seen.log == LogState::empty &&
                       (seen.witness == WitnessState::absent || seen.witness == WitnessState::unreadable));
  return is_open && is_witnessed && seen.positions == Positions::dense && seen.wal != WalTail::damaged;
}
}  // namespace

TEST_CASE("every combination of observations has its one decision") {
  std::vector<Observation> all = every_combination();
  REQUIRE(all.size() == 4 * 2 * 6 * 2 * 3 * 3);
  for (const Observation& seen : all) {
    CAPTURE(int(seen.log), int(seen.format), int(seen.witness), int(seen.positions), int(seen.wal), int(seen.consent));
    Action action = decide(seen).action;
    if (is_newer(seen)) {
      REQUIRE(action == Action::refuse);
    } else if (seen.log == LogState::absent && seen.witness == WitnessState::absent) {
      REQUIRE(action == Action::create);
    } else if (is_provably_whole(seen)) {
      REQUIRE(action == Action::open);
    } else {
      REQUIRE(action == (seen.consent == Consent::exact ? Action::accept_loss : Action::refuse));
    }
  }
}

TEST_CASE("a sound log opens whatever loss its operator would have accepted") {
  for (auto consent : {Consent::none, Consent::other, Consent::exact}) {
    Observation seen{LogState::filled, Format::current, WitnessState::behind_end,
                     Positions::dense, WalTail::torn,   consent};
    REQUIRE(decide(seen) == Decision{Finding::sound, Action::open});
  }
}

TEST_CASE("every refusal names the folder, the way back and the position that can be kept") {
  for (auto finding : {Finding::log_missing, Finding::log_unopenable, Finding::gap, Finding::wal_damaged,
                       Finding::tail_missing, Finding::witness_foreign, Finding::witness_missing}) {
    DamageReport report;
    report.finding = finding;
    report.folder = "/data";
    report.intact_end = {41};
    report.log_end = {50};
    report.witnessed = {60};
    std::string sentence = refusal_sentence(report);
    CAPTURE(sentence);
    REQUIRE(sentence.starts_with("/data: "));
    REQUIRE(sentence.find("Restore the folder from a backup") != std::string::npos);
    REQUIRE(sentence.find("--accept-loss-after 41") != std::string::npos);
    REQUIRE(sentence.find('\n') == std::string::npos);
    report.intact_end = {};
    REQUIRE(refusal_sentence(report).find("--accept-loss-after 0 to give up the whole log") != std::string::npos);
  }
}

}  // namespace hansard::log
