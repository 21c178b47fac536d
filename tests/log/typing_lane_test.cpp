#include "engine/log/typing_lane.h"

#include <limits>

#include <catch2/catch.hpp>

#include "tests/log/damage_fixture.h"

namespace hansard::log {

namespace {
TypingTransition at_time(std::int64_t ms) {
  TypingTransition transition;
  transition.conversation.bytes.fill(9);
  transition.user = {"user-" + std::to_string(ms)};
  transition.is_typing = ms % 2 == 0;
  transition.time = {ms};
  return transition;
}

struct Entry {
  std::uint64_t number;
  TypingTransition transition;
};

std::vector<Entry> entries(const TypingLane& lane) {
  std::vector<Entry> all;
  lane.read([&](std::uint64_t number, const TypingTransition& transition) {
    all.push_back({number, transition});
    return true;
  });
  return all;
}

std::unique_ptr<TypingLane> open_lane(const std::string& folder, const TypingOptions& options = {}) {
  fs::create_directories(folder);
  auto lane = open_typing_lane(folder, options);
  REQUIRE(lane.has_value());
  return std::move(lane).value();
}
}  // namespace

TEST_CASE("typing transitions are read back oldest first, also after a restart") {
  TempFolder temp;
  {
    auto lane = open_lane(temp / "data");
    for (std::int64_t ms : {1, 2, 3}) lane->append(at_time(ms));
  }
  auto lane = open_lane(temp / "data");
  lane->append(at_time(4));
  auto all = entries(*lane);
  REQUIRE(all.size() == 4);
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto wanted = at_time(static_cast<std::int64_t>(i) + 1);
    REQUIRE(all[i].number == i + 1);
    REQUIRE(all[i].transition.user == wanted.user);
    REQUIRE(all[i].transition.conversation == wanted.conversation);
    REQUIRE(all[i].transition.is_typing == wanted.is_typing);
    REQUIRE(all[i].transition.time == wanted.time);
  }
  REQUIRE(lane->dropped() == 0);
}

TEST_CASE("a reader of the typing lane may stop") {
  TempFolder temp;
  auto lane = open_lane(temp / "data");
  for (std::int64_t ms : {1, 2, 3}) lane->append(at_time(ms));
  int seen = 0;
  lane->read([&](std::uint64_t, const TypingTransition&) { return ++seen < 2; });
  REQUIRE(seen == 2);
}

TEST_CASE("typing older than its retention goes, what is exactly as old stays") {
  TempFolder temp;
  TypingOptions options;
  options.kept_ms = 100;
  auto lane = open_lane(temp / "data", options);
  for (std::int64_t ms : {1'000, 1'050, 1'100, 1'150}) lane->append(at_time(ms));
  lane->expire({1'150});
  auto all = entries(*lane);
  REQUIRE(all.size() == 3);
  REQUIRE(all.front().transition.time.ms == 1'050);
  lane->expire({1'000});  // a clock that jumped back
  REQUIRE(entries(*lane).size() == 3);
}

TEST_CASE("an emptied typing lane goes on counting after a restart") {
  TempFolder temp;
  {
    auto lane = open_lane(temp / "data");
    for (std::int64_t ms : {1, 2, 3}) lane->append(at_time(ms));
    lane->expire({std::numeric_limits<std::int64_t>::max()});
    REQUIRE(entries(*lane).empty());
  }
  auto lane = open_lane(temp / "data");
  lane->append(at_time(4));
  REQUIRE(entries(*lane).front().number == 4);
}

TEST_CASE("beyond its limit the oldest typing goes first") {
  TempFolder temp;
  TypingOptions options;
  options.entries_max = 100;
  auto lane = open_lane(temp / "data", options);
  for (std::int64_t ms = 1; ms <= 1'000; ++ms) {
    lane->append(at_time(ms));
    REQUIRE(lane->dropped() == 0);
  }
  auto all = entries(*lane);
  REQUIRE(all.size() >= 100);
  REQUIRE(all.size() < 100 + 100 / 8 + 1);
  REQUIRE(all.back().transition.time.ms == 1'000);
}

TEST_CASE("a damaged typing lane is made anew") {
  TempFolder temp;
  {
    open_lane(temp / "data")->append(at_time(1));
  }
  garble(files_with_prefix(temp / "data/typing", "MANIFEST").back(), 8, 16);
  auto lane = open_lane(temp / "data");
  REQUIRE(entries(*lane).empty());
  lane->append(at_time(2));
  REQUIRE(entries(*lane).size() == 1);
}

}  // namespace hansard::log
