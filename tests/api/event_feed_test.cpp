// Followers of the log over fakes: credit, room and order of a subscription, and a stream's pieces.
#include <algorithm>
#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "api/event_stream.h"
#include "api/event_subscription.h"
#include "tests/api/transport_fakes.h"

namespace hansard::api {
namespace {

using base::Position;
using test::Seen;

struct Desk {
  Desk() { edge.context.event_tail = &tail; }
  ~Desk() {
    if (subscription) subscription->close();
    edge.run();
  }

  void append(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) history.append(static_cast<unsigned>(drawn++ * 7), 1, 2, 3);
    edge.publish();
  }
  void subscribe(std::size_t window, engine::EventFilter filter = {}, Position from = {}) {
    engine::EventScan scan(edge.engine, std::move(filter), from);
    subscription = std::make_shared<EventSubscription>(edge.context, outbox, 1, std::move(scan), window);
    subscription->start(tasks);
    edge.run();
  }
  // What the socket would write now.
  std::vector<Seen> written(std::size_t most = SIZE_MAX) {
    std::vector<Seen> seen;
    for (auto& frame : outbox->take()) waiting.push_back(std::move(frame));
    while (!waiting.empty() && seen.size() < most) {
      seen.push_back(test::seen_of(*waiting.front()));
      outbox->written(waiting.front());
      waiting.pop_front();
    }
    subscription->look();
    edge.run();
    return seen;
  }

  test::Edge edge;
  test::History history{edge.engine};
  EventTail tail{edge.io, edge.engine};
  TaskGroup tasks{edge.io};
  std::shared_ptr<Outbox> outbox = std::make_shared<Outbox>(edge.io, 16, 1u << 20);
  std::shared_ptr<EventSubscription> subscription;
  std::deque<FramePtr> waiting;
  std::size_t drawn = 0;
};

std::vector<std::uint64_t> positions(const std::vector<Seen>& frames, const std::string& type = "event") {
  std::vector<std::uint64_t> found;
  for (const auto& frame : frames) {
    if (frame.type == type) found.push_back(frame.position % 10'000'000'000'000);
  }
  return found;
}

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (auto at = first; at <= last; ++at) all.push_back(at);
  return all;
}

TEST_CASE("credit is what may be under way, and comes back by position") {
  CreditWindow credit(2);
  CHECK(credit.settled({7}) == Position{7});
  credit.sent({3});
  credit.sent({5});
  CHECK_FALSE(credit.has_credit());
  CHECK(credit.settled({9}) == Position{2});
  credit.ack({4});
  CHECK(credit.has_credit());
  CHECK(credit.settled({9}) == Position{4});
  credit.ack({5});
  CHECK(credit.settled({9}) == Position{9});
}

TEST_CASE("no more events are under way than the window says") {
  Desk desk;
  desk.append(10);
  desk.subscribe(4);
  CHECK(positions(desk.written()) == numbers(1, 4));
  CHECK(desk.written().empty());
  CHECK(desk.subscription->ack({2}));
  desk.edge.run();
  CHECK(positions(desk.written()) == numbers(5, 6));
  CHECK_FALSE(desk.subscription->ack({11}));
  CHECK(desk.subscription->ack({6}));
  desk.edge.run();
  const auto rest = desk.written();
  CHECK(positions(rest) == numbers(7, 10));
  CHECK(positions(rest, "caught_up") == numbers(10, 10));
}

TEST_CASE("a full outbox stops a subscription, and room lets it go on where it was") {
  Desk desk;
  desk.append(60);
  desk.subscribe(1'000);
  CHECK(desk.outbox->frames() <= 9);
  std::vector<std::uint64_t> got;
  for (int i = 0; i < 200 && got.size() < 60; ++i) {
    for (const auto at : positions(desk.written(3))) got.push_back(at);
  }
  CHECK(got == numbers(1, 60));
}

TEST_CASE("what becomes durable later follows, once") {
  Desk desk;
  desk.subscribe(100, {}, {});
  CHECK(positions(desk.written(), "caught_up") == numbers(0, 0));
  desk.append(3);
  desk.edge.run();
  CHECK(positions(desk.written()) == numbers(1, 3));
  desk.append(2);
  desk.edge.run();
  CHECK(positions(desk.written()) == numbers(4, 5));
}

TEST_CASE("a closed subscription says nothing more") {
  Desk desk;
  desk.subscribe(100);
  desk.written();
  desk.subscription->close();
  desk.append(3);
  desk.edge.run();
  CHECK(desk.written().empty());
}

TEST_CASE("whatever is acknowledged when, a subscription gives what matches, in order, once") {
  rc::prop("frames == filter", [] {
    Desk desk;
    desk.append(static_cast<std::size_t>(*rc::gen::inRange(0, 200)));
    engine::EventFilter filter;
    if (*rc::gen::arbitrary<bool>()) filter.types = {domain::EventType::message_sent, domain::EventType::read_advanced};
    const auto window = static_cast<std::size_t>(*rc::gen::inRange(1, 12));
    desk.subscribe(window, filter);
    std::vector<std::uint64_t> got;
    std::size_t acked = 0;
    for (int turn = 0; turn < 600; ++turn) {
      if (turn < 100 && *rc::gen::inRange(0, 4) == 0) desk.append(static_cast<std::size_t>(*rc::gen::inRange(0, 9)));
      desk.edge.run();
      for (const auto at : positions(desk.written(static_cast<std::size_t>(*rc::gen::inRange(1, 20)))))
        got.push_back(at);
      RC_ASSERT(got.size() - acked <= window);
      if (turn >= 100 || *rc::gen::arbitrary<bool>()) {
        acked = got.size();
        if (acked > 0) RC_ASSERT(desk.subscription->ack({got.back()}));
      }
    }
    std::vector<std::uint64_t> expected;
    for (const auto& event : desk.edge.engine.events) {
      if (filter.matches(*event)) expected.push_back(event->position.value);
    }
    RC_ASSERT(got == expected);
  });
}

// Until it ends; what is pointed to outlives it.
boost::asio::awaitable<void> drain(std::shared_ptr<EventStream> stream, std::string* text) {
  for (;;) {
    const auto piece = co_await stream->next();
    if (!piece || piece.value().empty()) co_return;
    text->append(piece.value());
  }
}

std::string streamed(Desk& desk, std::shared_ptr<EventStream> stream) {
  std::string text;
  boost::asio::co_spawn(desk.edge.io, drain(std::move(stream), &text), boost::asio::detached);
  desk.edge.run();
  return text;
}

TEST_CASE("a stream says where it stands with every event, and goes on behind each") {
  Desk desk;
  desk.append(20);
  for (std::uint64_t from = 0; from <= 20; ++from) {
    engine::EventScan scan(desk.edge.engine, {}, {from}, Position{20});
    auto stream = std::make_shared<EventStream>(desk.edge.context, std::move(scan), base::Timestamp{INT64_MAX},
                                                UserCounts::Slot());
    const auto text = streamed(desk, stream);
    std::vector<std::uint64_t> ids;
    for (auto at = text.find("id: "); at != std::string::npos; at = text.find("id: ", at + 1)) {
      ids.push_back(std::stoull(text.substr(at + 4, 16)) % 10'000'000'000'000);
    }
    auto expected = numbers(from + 1, 20);
    expected.push_back(20);  // the checkpoint in the end
    CHECK(ids == expected);
    CHECK(text.starts_with("retry: 1000\n\n"));
  }
}

TEST_CASE("a stream ends with its token") {
  Desk desk;
  engine::EventScan scan(desk.edge.engine, {}, {});
  auto stream =
      std::make_shared<EventStream>(desk.edge.context, std::move(scan), base::Timestamp{0}, UserCounts::Slot());
  CHECK(streamed(desk, stream) == "retry: 1000\n\n: the token has expired\n\n");
}

}  // namespace
}  // namespace hansard::api
