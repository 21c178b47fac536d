#include "engine/tail.h"

#include <functional>

#include <catch2/catch.hpp>

#include "tests/engine/house.h"

namespace hansard::engine {

namespace {
Tail::Entry entry(std::uint64_t position, std::size_t bytes = 1) {
  auto event = std::make_shared<domain::RecordedEvent>();
  event->position = {position};
  return {std::move(event), bytes};
}

void publish(Tail& tail, std::uint64_t from, std::uint64_t to, std::size_t bytes = 1) {
  std::vector<Tail::Entry> entries;
  for (std::uint64_t at = from; at <= to; ++at) entries.push_back(entry(at, bytes));
  tail.publish(entries);
}
}  // namespace

TEST_CASE("an empty tail holds nothing") {
  Tail tail(4, 100);
  CHECK_FALSE(tail.read({1}, 10));
  CHECK(tail.get({1}) == nullptr);
}

TEST_CASE("the tail keeps the newest events and says when it does not reach back") {
  Tail tail(4, 100);
  publish(tail, 5, 10);
  CHECK_FALSE(tail.read({6}, 10));
  CHECK_FALSE(tail.read({11}, 10));
  auto events = tail.read({7}, 10);
  REQUIRE(events);
  REQUIRE(events->size() == 4);
  CHECK(events->front()->position == Position{7});
  CHECK(events->back()->position == Position{10});
  CHECK(tail.read({8}, 2)->size() == 2);
  CHECK(tail.get({6}) == nullptr);
  CHECK(tail.get({10})->position == Position{10});
}

TEST_CASE("a long read is whole, however many are taken at once") {
  Tail tail(2'000, 1u << 20);
  publish(tail, 1, 1'500);
  auto events = tail.read({3}, 1'000);
  REQUIRE(events);
  REQUIRE(events->size() == 1'000);
  for (std::uint64_t i = 0; i < 1'000; ++i) REQUIRE((*events)[i]->position == Position{3 + i});
  CHECK(tail.read({1}, 5'000)->size() == 1'500);
  CHECK(tail.read({1}, 512)->size() == 512);
}

TEST_CASE("the tail keeps to its bytes, but always the newest event") {
  Tail tail(100, 10);
  publish(tail, 1, 5, 3);
  CHECK(tail.get({2}) == nullptr);
  CHECK(tail.get({3}) != nullptr);
  publish(tail, 6, 6, 1'000);
  CHECK(tail.get({5}) == nullptr);
  CHECK(tail.get({6}) != nullptr);
}

TEST_CASE("reads join the log and the tail without a seam") {
  const auto tail_max = GENERATE(1u, 3u, 10u, 1'000u);
  House house;
  house.options.tail_events_max = tail_max;
  house.open();
  const auto group = house.group();
  for (int i = 0; i < 29; ++i) house.send(group, std::to_string(i));
  for (std::uint64_t after = 0; after <= 31; ++after) {
    std::uint64_t at = after;
    while (true) {
      auto events = house.engine().read({at}, 7).value();
      if (events.empty()) break;
      for (const auto& event : events) REQUIRE(event->position == Position{++at});
    }
    CHECK(at == std::max<std::uint64_t>(after, 30));
  }
  for (std::uint64_t at = 1; at <= 30; ++at) CHECK(house.engine().get({at}).value()->position == Position{at});
  CHECK(house.engine().get({31}).error().code == base::ErrorCode::not_found);
  CHECK(house.engine().get({0}).error().code == base::ErrorCode::not_found);
}

TEST_CASE("a restarted engine serves the newest events from memory") {
  House house;
  house.open();
  const auto group = house.group();
  for (int i = 0; i < 9; ++i) house.send(group, std::to_string(i));
  house.stop();
  house.open();
  const std::size_t reads = house.store->reads;
  CHECK(house.engine().read({}, 100).value().size() == 10);
  CHECK(house.store->reads == reads);
}

TEST_CASE("whoever hears the gate finds the event") {
  House house;
  house.options.tail_events_max = 2;
  house.open();
  const auto group = house.group();
  bool found = true;
  int heard = 0;
  base::PositionGate& gate = house.engine().durable_gate();
  std::function<void()> hear = [&] {
    const Position at = gate.reached();
    auto event = house.engine().get(at);
    found = found && event.has_value() && event.value()->position == at;
    ++heard;
    gate.notify_at(at.next(), hear);
  };
  gate.notify_at(gate.reached().next(), hear);
  const std::size_t reads = house.store->reads;
  for (int i = 0; i < 20; ++i) house.send(group, std::to_string(i));
  house.stop();
  CHECK(found);
  CHECK(heard > 0);
  CHECK(house.store->reads == reads);
}

}  // namespace hansard::engine
