#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "api/call_signal.h"
#include "api/dispatcher.h"
#include "api/render.h"
#include "api/typing.h"
#include "tests/api/transport_fakes.h"
#include "tests/support/manual_clock.h"

using namespace hansard;
using namespace hansard::api;
using namespace hansard::test;

namespace {

struct Listener final : Subscriber {
  explicit Listener(UserId u) : id(std::move(u)) {}
  const UserId& user() const override { return id; }
  void offer(Position, const FramePtr&) override {}
  void offer_unread(Position, const ConversationId&, const FramePtr&) override {}
  void offer_droppable(const FramePtr& frame) override { heard.push_back(*frame); }

  UserId id;
  std::vector<std::string> heard;
};

// user-0 (two devices) and user-1 share two conversations; user-2 is elsewhere.
struct Street {
  Edge edge;
  History history{edge.engine};
  Dispatcher dispatcher{edge.io, edge.engine, edge.views, edge.limits};
  Listener ann{History::user(0)}, ann_phone{History::user(0)}, bob{History::user(1)}, stranger{History::user(2)};

  Street() {
    history.create(0, 0, 1);
    history.create(1, 1, 0);
    history.create(2, 2, 3);
    edge.publish();
    edge.apply_all();
    for (auto* listener : {&ann, &ann_phone, &bob, &stranger}) REQUIRE(dispatcher.attach(*listener));
  }
  CallSignal signal(const UserId& from, const Listener& device, std::optional<UserId> to = std::nullopt) const {
    return {History::conversation(0), from, std::move(to), make_frame("{}"), &device};
  }
};

JsonValue parsed(JsonParser& parser, const std::string& text) {
  auto value = parser.parse(text);
  REQUIRE(value);
  return value.value();
}

}  // namespace

TEST_CASE("a change of presence reaches every device of the others once, and no stranger") {
  Street s;
  PresenceChange change{History::user(1), PresenceStatus::away, base::Timestamp{1'000}};
  auto frame = make_frame(presence_frame(change));
  s.dispatcher.push_presence({change.user, {History::conversation(0), History::conversation(1)}, frame});
  CHECK(s.ann.heard == std::vector{*frame});
  CHECK(s.ann_phone.heard == std::vector{*frame});
  CHECK(s.bob.heard.empty());
  CHECK(s.stranger.heard.empty());
  CHECK(*frame == R"({"type":"presence.changed","data":{"user_id":"user-1","status":"away",)"
                  R"("last_seen":"1970-01-01T00:00:01.000Z"}})");
}

TEST_CASE("a call signal reaches the other members, but not the sender's own devices") {
  Street s;
  s.dispatcher.push_call_signal(s.signal(s.ann.id, s.ann));
  CHECK(s.bob.heard.size() == 1);
  CHECK(s.ann.heard.empty());
  CHECK(s.ann_phone.heard.empty());
  CHECK(s.stranger.heard.empty());
}

TEST_CASE("a call signal with a `to` reaches that member only, oneself on the other devices") {
  Street s;
  s.dispatcher.push_call_signal(s.signal(s.bob.id, s.bob, s.ann.id));
  CHECK(s.ann.heard.size() == 1);
  CHECK(s.ann_phone.heard.size() == 1);
  s.dispatcher.push_call_signal(s.signal(s.ann.id, s.ann, s.ann.id));
  CHECK(s.ann.heard.size() == 1);
  CHECK(s.ann_phone.heard.size() == 2);
  CHECK(s.bob.heard.empty());
  s.dispatcher.push_call_signal(s.signal(s.ann.id, s.ann, s.stranger.id));
  CHECK(s.stranger.heard.empty());
}

TEST_CASE("a call signal carries its payload as it is, without spaces") {
  JsonParser parser;
  Limits limits;
  domain::Caller ann{History::user(0), History::user(0)};
  std::string where = "\"conversation_id\":\"01010101-0101-0101-0101-010101010101\"";
  auto signal = call_signal_of(
      ann, parsed(parser, "{" + where + R"(, "payload" : {"sdp": "v=0\r\n", "n": [1, 2.50], "x": null}})"), limits);
  REQUIRE(signal);
  CHECK(*signal.value().frame ==
        R"({"type":"call.signal",)" + where +
            R"(,"data":{"user_id":"user-0","payload":{"sdp":"v=0\r\n","n":[1,2.50],"x":null}}})");
  CHECK_FALSE(signal.value().to);

  auto status = [&](const std::string& data) {
    auto refused = call_signal_of(ann, parsed(parser, data), limits);
    REQUIRE_FALSE(refused);
    return refused.error().status;
  };
  CHECK(status("{" + where + "}") == 400);
  CHECK(status(R"({"payload":{}})") == 400);
  CHECK(status("{" + where + R"(,"payload":"text"})") == 400);
  CHECK(status("{" + where + R"(,"payload":[]})") == 400);
  CHECK(status("{" + where + R"(,"payload":{},"to":""})") == 400);
  limits.call_payload_bytes_max = 20;
  CHECK(call_signal_of(ann, parsed(parser, "{" + where + R"(,"payload":{"a":"123456789012"}})"), limits));
  CHECK(status("{" + where + R"(,"payload":{"a":"1234567890123"}})") == 422);
}

TEST_CASE("the lane and the sinks get the transitions of many threads in one order") {
  struct Ordered final : public base::Clock {
    base::Timestamp now() override { return {++number}; }
    base::MonotonicTime monotonic() override { return base::MonotonicTime(std::chrono::hours(number.load())); }
    std::atomic<std::int64_t> number{0};
  };
  FakeEngine engine;
  Ordered clock;
  TypingBoard board{engine, clock, 5};
  std::vector<std::int64_t> heard;
  board.add_sink([&heard](const log::TypingTransition& transition) { heard.push_back(transition.time.ms); });
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&board, t] {
      for (int i = 0; i < 500; ++i) board.note(History::conversation(t), History::user(t), i % 2 == 0);
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(heard.size() == 2'000);
  CHECK(std::is_sorted(heard.begin(), heard.end()));
  CHECK(engine.typed.size() == heard.size());
}
