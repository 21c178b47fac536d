// Time to position.
#include "engine/time_search.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_engine.h"

namespace hansard::engine {
namespace {

std::vector<EventPtr> log_of(const std::vector<std::int64_t>& times) {
  std::vector<EventPtr> events;
  for (std::int64_t ms : times) {
    domain::RecordedEvent event;
    event.position = {events.size() + 1};
    event.time = {ms};
    events.push_back(std::make_shared<const domain::RecordedEvent>(std::move(event)));
  }
  return events;
}

TEST_CASE("a time is the last position at or before it, also where many events share one") {
  std::vector<std::int64_t> times{10, 10, 20, 30, 30, 30, 70};
  support::FakeEngine engine(log_of(times));
  for (std::int64_t ms = 0; ms < 80; ++ms) {
    std::uint64_t expected = 0;
    for (std::int64_t time : times) expected += time <= ms ? 1 : 0;
    auto found = last_at_or_before(engine, {ms});
    REQUIRE(found);
    CHECK(found.value().value == expected);
  }
}

TEST_CASE("an empty log has no position at any time") {
  support::FakeEngine engine(log_of({}));
  CHECK(last_at_or_before(engine, {5}).value().value == 0);
}

}  // namespace
}  // namespace hansard::engine
