#include "engine/base/position_gate.h"

#include <future>
#include <thread>

#include <catch2/catch.hpp>

using namespace hansard::base;
using namespace std::chrono_literals;

TEST_CASE("a gate starts where it is told and rises") {
  PositionGate gate(Position{5});
  CHECK(gate.reached() == Position{5});
  gate.advance(Position{9});
  CHECK(gate.reached() == Position{9});
  gate.advance(Position{9});
  CHECK(gate.reached() == Position{9});
}

TEST_CASE("waiting for what is reached does not wait, for what is not times out") {
  PositionGate gate(Position{5});
  CHECK(gate.wait_for(Position{5}, 0ns));
  CHECK(gate.wait_for(Position{1}, 0ns));
  CHECK_FALSE(gate.wait_for(Position{6}, 1ms));
}

TEST_CASE("an advance wakes every thread that waits for it") {
  PositionGate gate;
  auto waiting = [&gate](std::uint64_t wanted) {
    return std::async(std::launch::async, [&gate, wanted] { return gate.wait_for(Position{wanted}, 1min); });
  };
  auto one = waiting(1);
  auto two = waiting(2);
  gate.advance(Position{1});
  CHECK(one.get());
  gate.advance(Position{2});
  CHECK(two.get());
}

TEST_CASE("a thread may wait without a limit") {
  PositionGate gate;
  auto waiter =
      std::async(std::launch::async, [&gate] { return gate.wait_for(Position{1}, std::chrono::nanoseconds::max()); });
  CHECK(waiter.wait_for(10ms) == std::future_status::timeout);
  gate.advance(Position{1});
  CHECK(waiter.get());
}

TEST_CASE("who waits hurries the owner, who follows or finds it reached does not") {
  PositionGate gate(Position{5});
  int hurries = 0;
  gate.on_hurry([&] { ++hurries; });
  gate.notify_at(Position{5}, [] {});
  CHECK(gate.wait_for(Position{5}, 0ns));
  gate.notify_at(Position{6}, [] {}, PositionGate::Wait::follows);
  CHECK(hurries == 0);
  gate.notify_at(Position{6}, [] {});
  CHECK(hurries == 1);
  CHECK_FALSE(gate.wait_for(Position{6}, 1ms));
  CHECK(hurries == 2);
}

TEST_CASE("a callback runs once when its position is reached, in the order of positions") {
  PositionGate gate;
  std::vector<int> calls;
  gate.notify_at(Position{3}, [&] { calls.push_back(3); });
  gate.notify_at(Position{2}, [&] { calls.push_back(2); });
  gate.notify_at(Position{2}, [&] { calls.push_back(22); });
  gate.notify_at(Position{7}, [&] { calls.push_back(7); });
  gate.advance(Position{1});
  CHECK(calls.empty());
  gate.advance(Position{5});
  CHECK(calls == std::vector{2, 22, 3});
  gate.advance(Position{6});
  CHECK(calls == std::vector{2, 22, 3});
  gate.advance(Position{7});
  CHECK(calls == std::vector{2, 22, 3, 7});
}

TEST_CASE("a callback for what is reached runs at once") {
  PositionGate gate(Position{5});
  int calls = 0;
  gate.notify_at(Position{5}, [&] { ++calls; });
  CHECK(calls == 1);
  gate.advance(Position{6});
  CHECK(calls == 1);
}

TEST_CASE("a cancelled callback never runs, the others still do") {
  PositionGate gate;
  int kept = 0, cancelled = 0;
  gate.notify_at(Position{1}, [&] { ++kept; });
  auto ticket = gate.notify_at(Position{1}, [&] { ++cancelled; });
  gate.cancel(ticket);
  gate.cancel(ticket);
  gate.cancel(12'345);
  gate.advance(Position{1});
  CHECK(kept == 1);
  CHECK(cancelled == 0);
}

TEST_CASE("a callback may ask for the next one") {
  PositionGate gate;
  std::vector<std::uint64_t> seen;
  std::function<void()> follow = [&] {
    seen.push_back(gate.reached().value);
    gate.notify_at(gate.reached().next(), follow);
  };
  gate.notify_at(Position{1}, follow);
  gate.advance(Position{1});
  gate.advance(Position{4});
  CHECK(seen == std::vector<std::uint64_t>{1, 4});
}

TEST_CASE("no wake-up is lost between an owner and threads that follow it") {
  constexpr std::uint64_t kLast = 2'000;
  PositionGate gate;
  auto follow = [&gate] {
    std::uint64_t steps = 0;
    for (Position at{1}; at.value <= kLast; at = at.next()) steps += gate.wait_for(at, 1min) ? 1 : 0;
    return steps;
  };
  auto one = std::async(std::launch::async, follow);
  auto two = std::async(std::launch::async, follow);
  std::atomic<std::uint64_t> called = 0;
  std::thread registrar([&] {
    for (Position at{1}; at.value <= kLast; at = at.next()) gate.notify_at(at, [&called] { ++called; });
  });
  for (Position at{1}; at.value <= kLast; at = at.next()) gate.advance(at);
  registrar.join();
  CHECK(one.get() == kLast);
  CHECK(two.get() == kLast);
  CHECK(called == kLast);
}

TEST_CASE("what is reached can be seen before anybody is woken for it") {
  PositionGate gate(Position{5});
  int woken = 0;
  gate.notify_at(Position{6}, [&] { ++woken; });
  gate.reach(Position{6});
  CHECK(gate.reached() == Position{6});
  CHECK(woken == 0);
  gate.notify_at(Position{6}, [&] { woken += 10; });
  CHECK(woken == 10);
  gate.ring();
  CHECK(woken == 11);
}
