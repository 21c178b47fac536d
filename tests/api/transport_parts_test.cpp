#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include "api/connections.h"
#include "api/http_wire.h"
#include "api/server.h"
#include "api/task_group.h"
#include "api/typing.h"
#include "api/user_counts.h"
#include "tests/api/transport_fakes.h"

using namespace hansard;
using namespace hansard::api;
using namespace hansard::test;

namespace {

struct HandClock final : base::Clock {
  base::Timestamp now() override { return {0}; }
  base::MonotonicTime monotonic() override { return at; }
  void pass(std::chrono::milliseconds time) { at += time; }
  base::MonotonicTime at{std::chrono::hours(1)};
};

struct Typing {
  FakeEngine engine;
  HandClock clock;
  TypingBoard board{engine, clock, 5};
  std::vector<bool> told;

  Typing() {
    board.add_sink([this](const log::TypingTransition& t) { told.push_back(t.is_typing); });
  }
  void note(bool is_typing) { board.note(History::conversation(0), History::user(0), is_typing); }
  void pass(int ms) {
    for (; ms > 0; ms -= 250) {
      clock.pass(std::chrono::milliseconds(250));
      board.tick();
    }
  }
};

asio::awaitable<void> wait_for_views(Edge& edge, Position position, int& result) {
  result = co_await edge.context.views_reach(position, std::chrono::seconds(600)) ? 1 : 0;
}

asio::awaitable<void> fail_soon() {
  co_await asio::post(asio::use_awaitable);
  throw std::runtime_error("on purpose");
}

}  // namespace

TEST_CASE("a start is told at once and expires by itself") {
  Typing typing;
  typing.note(true);
  CHECK(typing.told == std::vector{true});
  typing.note(true);
  typing.pass(4'750);
  CHECK(typing.told == std::vector{true});
  typing.pass(500);
  CHECK(typing.told == std::vector{true, false});
  CHECK(typing.engine.typed.size() == 2);
}

TEST_CASE("typing is told at most once in two seconds, whatever is sent") {
  Typing typing;
  for (int i = 0; i < 40; ++i) {
    typing.note(i % 2 == 0);
    typing.pass(250);
  }
  CHECK(typing.told.size() <= 6);
  typing.pass(10'000);
  REQUIRE_FALSE(typing.told.empty());
  CHECK_FALSE(typing.told.back());
  for (std::size_t i = 0; i < typing.told.size(); ++i) CHECK(typing.told[i] == (i % 2 == 0));
}

TEST_CASE("a stop without a start is nothing") {
  Typing typing;
  typing.note(false);
  typing.pass(10'000);
  CHECK(typing.told.empty());
}

TEST_CASE("a wait for the views ends when they are there") {
  Edge edge;
  TaskGroup tasks(edge.io);
  int result = -1;
  tasks.spawn("wait", wait_for_views(edge, {2}, result));
  edge.run();
  CHECK(result == -1);
  edge.apply({1});
  edge.run();
  CHECK(result == -1);
  edge.apply({2});
  edge.run();
  CHECK(result == 1);
  CHECK(tasks.running() == 0);
}

TEST_CASE("an exception of a task stays in its group") {
  asio::io_context io;
  TaskGroup tasks(io);
  tasks.spawn("fails", fail_soon());
  CHECK(tasks.running() == 1);
  CHECK_NOTHROW(io.run());
  CHECK(tasks.running() == 0);
}

TEST_CASE("a port in use is told before anything is served") {
  auto first = Server::bind({"127.0.0.1", 0, 1});
  REQUIRE(first);
  auto port = first.value()->port();
  CHECK(port != 0);
  auto second = Server::bind({"127.0.0.1", port, 1});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == base::ErrorCode::in_use);
  first.value()->stop();
  CHECK(Server::bind({"127.0.0.1", port, 1}));
}

TEST_CASE("an address that is none is malformed") {
  auto server = Server::bind({"localhost", 0, 1});
  REQUIRE_FALSE(server);
  CHECK(server.error().code == base::ErrorCode::malformed);
  CHECK_FALSE(Server::bind({"127.0.0.1", 0, 0}));
}

TEST_CASE("a response head is what HTTP says and nothing a value smuggles in") {
  Response response{404, "application/json", "{}", {{"X-Name", "a\r\nSet-Cookie: b"}}};
  std::string head;
  append_response_head(head, response, false, "now");
  CHECK(head ==
        "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        "X-Name: aSet-Cookie: b\r\nDate: now\r\nConnection: close\r\n\r\n");
  head.clear();
  append_response_head(head, {204, "text/plain", "", {}}, true, "");
  CHECK(head == "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST_CASE("a date is an IMF-fixdate") {
  CHECK(http_date(*base::parse_time("2004-12-25T09:14:00Z")) == "Sat, 25 Dec 2004 09:14:00 GMT");
  CHECK(http_date({784'111'777'000}) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("slots are given back") {
  UserCounts counts;
  auto user = History::user(0);
  auto one = counts.take(user, 2);
  {
    auto two = counts.take(user, 2);
    CHECK(two);
    CHECK_FALSE(counts.take(user, 2));
    CHECK(counts.take(History::user(1), 2));
  }
  CHECK(counts.take(user, 2));
  UserCounts bytes(100);
  auto most = bytes.take(user, 45, 35);
  most.add(bytes.take(user, 45, 5));
  CHECK(most.amount() == 40);
  CHECK_FALSE(bytes.take(user, 45, 6));
  CHECK_FALSE(bytes.take(user, 100, 11));  // he would have 51, and the others 49
  CHECK_FALSE(bytes.take(History::user(1), 45, 31));
  auto half = bytes.take(History::user(1), 45, 30);
  CHECK(half);
  CHECK(half.amount() == 30);
  CHECK_FALSE(bytes.take(user, 100, 1));
  most = {};
  CHECK(bytes.take(user, 45, 35));
  CHECK_FALSE(bytes.take(user, SIZE_MAX, SIZE_MAX));
  std::atomic<std::size_t> connections{0};
  {
    auto slot = ConnectionSlot::take(connections, 1);
    CHECK(slot);
    CHECK_FALSE(ConnectionSlot::take(connections, 1));
  }
  CHECK(connections == 0);
}
