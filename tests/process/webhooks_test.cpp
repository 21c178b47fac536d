#include "projections/process/webhooks.h"

#include <atomic>

#include <catch2/catch.hpp>

#include "projections/process/timers.h"
#include "tests/process/house.h"
#include "tests/process/http_server.h"

namespace hansard::process {
namespace {

const std::string kOk = "HTTP/1.1 204 No Content\r\n\r\n";

Subscriber to(const House& house, const std::string& name, const HttpServer& server) {
  Subscriber who = house.subscriber();
  who.name = name;
  who.url = server.url();
  who.is_loopback = true;
  return who;
}

TEST_CASE("a receiver that never answers holds up nobody, and a stop does not wait for it") {
  House house;
  HttpServer silent({""});
  HttpServer prompt({kOk});
  Webhooks webhooks({to(house, "silent", silent), to(house, "prompt", prompt)}, house.parts(), HttpPost::make);
  webhooks.start();
  const auto group = house.group("ann", {"bob"});
  for (int i = 0; i < 11; ++i) house.send(group, "ann", "hello");
  prompt.wait_for_requests(11);
  silent.wait_for_requests(1);
  webhooks.stop();
  CHECK(silent.requests().size() == 1);
  CHECK(webhooks.status("prompt")->delivered >= 10);  // the answer to the last may have come after the stop
  CHECK(webhooks.status("silent")->delivered == 0);
  CHECK(webhooks.status("silent")->failed == 0);
}

TEST_CASE("pausing, resuming and retrying take effect while it runs") {
  House house;
  HttpServer server({"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n", kOk});
  Webhooks webhooks({to(house, "push", server)}, house.parts(), HttpPost::make);
  REQUIRE(webhooks.pause("push", true));
  webhooks.start();
  const auto group = house.group("ann", {"bob"});
  house.send(group, "ann", "one");
  house.send(group, "ann", "two");
  house.settle();
  CHECK(server.requests().empty());
  REQUIRE(webhooks.pause("push", false));
  server.wait_for_requests(2);
  REQUIRE(webhooks.dead_letters("push", 0, 10)->size() == 1);
  REQUIRE(webhooks.retry("push", 1));
  server.wait_for_requests(3);
  house.send(group, "ann", "three");
  server.wait_for_requests(4);  // so the answer to the third has been taken
  webhooks.stop();
  CHECK(webhooks.dead_letters("push", 0, 10)->empty());
}

TEST_CASE("a webhook nobody configured is not found") {
  House house;
  const Webhooks::MakePost make = [&] { return house.receiver.post(); };
  Webhooks webhooks({house.subscriber()}, house.parts(), make);
  CHECK(webhooks.is_wanted(domain::EventType::message_sent));
  CHECK_FALSE(webhooks.is_wanted(domain::EventType::notification_due));
  CHECK_FALSE(webhooks.status("push"));
  CHECK_FALSE(webhooks.dead_letters("push", 0, 1));
  CHECK_FALSE(webhooks.retry("push", 1));
  CHECK_FALSE(webhooks.retry("orders", 1));
  CHECK_FALSE(webhooks.pause("push", true));
  CHECK(webhooks.status().size() == 1);
}

class Counting final : public Timer {
 public:
  Counting(base::Clock& clock, std::chrono::milliseconds every, int& steps, bool& closed)
      : clock_(clock), every_(every), steps_(steps), closed_(closed) {}
  base::MonotonicTime step() override {
    ++steps_;
    return clock_.monotonic() + every_;
  }
  void close() override { closed_ = true; }

 private:
  base::Clock& clock_;
  const std::chrono::milliseconds every_;
  int& steps_;
  bool& closed_;
};

TEST_CASE("each timer is called when it asked to be, and closed once at the end") {
  House house;
  int quick = 0, slow = 0;
  bool closed = false;
  std::vector<std::unique_ptr<Timer>> all;
  all.push_back(std::make_unique<Counting>(house.clock, std::chrono::milliseconds(100), quick, closed));
  all.push_back(std::make_unique<Counting>(house.clock, std::chrono::milliseconds(1'000), slow, closed));
  Timers timers(house.clock, house.views->applied_gate(), std::move(all));
  for (int i = 0; i < 10; ++i) {
    CHECK(timers.step().at == house.clock.monotonic() + std::chrono::milliseconds(100));
    house.clock.advance(std::chrono::milliseconds(100));
  }
  CHECK(quick == 10);
  CHECK(slow == 1);
  timers.step();
  CHECK(slow == 2);
  timers.stop();
  CHECK(closed);
}

TEST_CASE("a loop steps again for a ring, a position and a moment, and not after its stop") {
  House house;
  std::atomic<int> steps = 0;
  base::PositionGate gate;
  base::PositionGate seen;
  base::Loop loop(base::system_clock(), gate, [&] {
    const int step = ++steps;
    seen.advance({static_cast<std::uint64_t>(step)});
    if (step == 1) return base::Wake{base::MonotonicTime::max(), {5}};
    if (step == 2) return base::Wake{};
    return step == 3 ? base::Wake{base::system_clock().monotonic()} : base::Wake{};
  });
  loop.start();
  REQUIRE(seen.wait_for({1}, std::chrono::seconds(20)));
  gate.advance({5});
  REQUIRE(seen.wait_for({2}, std::chrono::seconds(20)));
  loop.ring();
  REQUIRE(seen.wait_for({4}, std::chrono::seconds(20)));
  loop.stop();
  loop.ring();
  CHECK(steps == 4);
}

}  // namespace
}  // namespace hansard::process
