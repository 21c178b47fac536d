#include "api/dispatcher.h"

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "tests/api/transport_fakes.h"

using namespace hansard;
using namespace hansard::api;
using namespace hansard::test;

namespace {

// Keeps everything it is offered.
struct Recorder final : Subscriber {
  explicit Recorder(UserId u) : id(std::move(u)) {}
  const UserId& user() const override { return id; }
  void offer(Position position, const FramePtr& frame) override {
    auto seen = seen_of(*frame);
    CHECK(seen.position == position.value);
    events.push_back(seen);
  }
  void offer_unread(Position position, const ConversationId& conversation, const FramePtr&) override {
    unread.emplace_back(position, conversation);
  }
  void offer_droppable(const FramePtr& frame) override { typing.push_back(*frame); }

  UserId id;
  Position attached_at;
  std::vector<Seen> events;
  std::vector<std::pair<Position, ConversationId>> unread;
  std::vector<std::string> typing;
};

// What live sessions get as frames: all but marks, and receipts only where a pointer moved.
bool has_frame(const domain::RecordedEvent& event) {
  if (std::holds_alternative<domain::UnreadMarked>(*event.body) || is_private(event)) return false;
  if (const auto* read = std::get_if<domain::ReadAdvanced>(&*event.body)) return bool(read->up_to);
  if (const auto* delivered = std::get_if<domain::DeliveredAdvanced>(&*event.body)) return bool(delivered->up_to);
  return true;
}

std::vector<std::uint64_t> expected(const FakeEngine& engine, const Recorder& session, Position through) {
  std::vector<std::uint64_t> positions;
  for (auto at = session.attached_at.value; at < through.value; ++at) {
    const auto& event = *engine.events[at];
    if (has_frame(event) && concerns(engine, session.id, event)) positions.push_back(event.position.value);
  }
  return positions;
}

std::vector<std::uint64_t> positions_of(const std::vector<Seen>& seen) {
  std::vector<std::uint64_t> positions;
  for (const auto& s : seen) positions.push_back(s.position);
  return positions;
}

}  // namespace

TEST_CASE("every session gets every event of its user once and in order, whenever it attaches") {
  rc::prop("dispatched == what concerns the user above the attach position", [] {
    Edge edge;
    History history(edge.engine);
    Dispatcher dispatcher(edge.io, edge.engine, edge.views, edge.limits);
    dispatcher.start();
    std::vector<std::unique_ptr<Recorder>> sessions, gone;
    std::vector<Position> gone_at;
    auto steps = *rc::gen::inRange(1, 120);
    for (int i = 0; i < steps; ++i) {
      auto roll = *rc::gen::inRange(0u, 20u);
      auto any = [] { return *rc::gen::inRange(0u, 1'000u); };
      if (roll < 12) {
        history.append(any(), any(), any(), any());
      } else if (roll < 14) {
        edge.publish();
      } else if (roll < 15) {
        edge.run();
      } else if (roll < 17) {
        edge.apply({*rc::gen::inRange(edge.views.applied().value, edge.engine.durable().value + 1)});
      } else if (roll < 19 || sessions.empty()) {
        auto session = std::make_unique<Recorder>(History::user(any() % History::kUsers));
        RC_ASSERT(dispatcher.attach(*session));
        session->attached_at = dispatcher.cursor();
        sessions.push_back(std::move(session));
      } else {
        auto index = any() % sessions.size();
        dispatcher.detach(*sessions[index]);
        gone_at.push_back(dispatcher.cursor());
        gone.push_back(std::move(sessions[index]));
        sessions.erase(sessions.begin() + static_cast<std::ptrdiff_t>(index));
      }
    }
    edge.publish();
    edge.run();
    for (const auto& session : sessions)
      RC_ASSERT(positions_of(session->events) == expected(edge.engine, *session, edge.engine.durable()));
    for (std::size_t i = 0; i < gone.size(); ++i)
      RC_ASSERT(positions_of(gone[i]->events) == expected(edge.engine, *gone[i], gone_at[i]));
  });
}

namespace {

// Two members, one of each attached.
struct Room {
  Edge edge;
  History history{edge.engine};
  Dispatcher dispatcher{edge.io, edge.engine, edge.views, edge.limits};
  Recorder one{History::user(0)}, two{History::user(1)};

  Room() {
    history.create(0, 0, 1);
    settle();
    dispatcher.start();
    REQUIRE(dispatcher.attach(one));
    REQUIRE(dispatcher.attach(two));
  }
  void settle() {
    edge.publish();
    edge.apply_all();
    edge.run();
  }
};

}  // namespace

TEST_CASE("who is removed gets that as the last frame of the conversation") {
  Room room;
  room.history.remove(0, 1);
  room.history.send(0, 0);
  room.settle();
  REQUIRE(room.two.events.size() == 1);
  CHECK(room.two.events[0].type == "member.removed");
  CHECK(room.one.events.size() == 2);
}

TEST_CASE("who is added gets that as the first frame and then everything") {
  Room room;
  Recorder three{History::user(2)};
  REQUIRE(room.dispatcher.attach(three));
  room.history.send(0, 0);
  room.history.add(0, 2);
  room.history.send(0, 0);
  room.settle();
  REQUIRE(three.events.size() == 2);
  CHECK(three.events[0].type == "member.added");
  CHECK(three.events[1].type == "message.new");
  room.dispatcher.detach(three);
}

TEST_CASE("what happens to a message from before a join is not pushed to whom history hides it from") {
  for (bool hides : {false, true}) {
    Room room;
    room.edge.views.hides_before_join = hides;
    Recorder three{History::user(2)};
    REQUIRE(room.dispatcher.attach(three));
    room.history.send(0, 0);
    room.history.add(0, 2);
    room.history.send(0, 0);
    room.history.react(0, 0, 1, true);
    room.history.expire(0, 1);
    room.history.react(0, 0, 2, true);
    room.settle();
    std::vector<std::string> types;
    for (const auto& event : three.events) types.push_back(event.type);
    const std::vector<std::string> since = {"member.added", "message.new", "reaction.added"};
    const std::vector<std::string> all = {"member.added", "message.new", "reaction.added", "message.deleted",
                                          "reaction.added"};
    CHECK(types == (hides ? since : all));
    CHECK(room.one.events.size() == 6);
    room.dispatcher.detach(three);
  }
}

TEST_CASE("unread.changed waits for the views and goes to the user's own devices") {
  Room room;
  Recorder second_device{History::user(0)};
  REQUIRE(room.dispatcher.attach(second_device));
  room.history.send(0, 1);
  room.history.read(0, 0, true);
  room.edge.publish();
  room.edge.run();
  CHECK(room.one.unread.empty());
  room.edge.apply_all();
  room.edge.run();
  CHECK(room.one.unread.size() == 1);
  CHECK(second_device.unread.size() == 1);
  CHECK(room.two.unread.empty());
  CHECK(room.one.unread[0].first == room.dispatcher.cursor());
  room.dispatcher.detach(second_device);
}

TEST_CASE("a deleted message changes the counts of who had not read it, once") {
  Room room;
  room.history.send(0, 0);
  room.history.send(0, 0);
  room.history.change(0, 0, true);
  room.history.change(0, 0, true);
  room.settle();
  CHECK(room.two.unread.size() == 1);
  CHECK(room.one.unread.empty());
}

TEST_CASE("a count waits for the last of what moved it, in whatever order that was noted") {
  UnreadNotices notices([](const auto&) { return true; });
  const auto user = History::user(0);
  const auto conversation = History::conversation(0);
  notices.note_moved(user, conversation, Position{105});
  notices.note_changed(user, conversation, Position{100}, Ordinal{1});
  CHECK(notices.next() == Position{105});
}

TEST_CASE("edits that wait for the views are one entry a message, and have a limit") {
  UnreadNotices notices([](const auto&) { return true; });
  domain::MessageFacts facts;
  for (std::uint64_t i = 1; i <= UnreadNotices::kEditedMax; ++i) {
    facts.message.bytes[0] = static_cast<std::uint8_t>(i >> 8);
    facts.message.bytes[1] = static_cast<std::uint8_t>(i);
    REQUIRE(notices.note_edited(facts, Position{i}));
    REQUIRE(notices.note_edited(facts, Position{20'000 + i}));
  }
  CHECK(notices.size() == UnreadNotices::kEditedMax);
  CHECK(notices.next() == Position{1});
  facts.message.bytes[15] = 1;
  CHECK_FALSE(notices.note_edited(facts, Position{50'000}));
}

TEST_CASE("receipts are not pushed where there are too many members") {
  Room room;
  room.edge.limits.receipts_pushed_members_max = 1;
  room.history.send(0, 0);
  room.history.read(0, 1, true);
  room.settle();
  REQUIRE(room.one.events.size() == 1);
  CHECK(room.one.events[0].type == "message.new");
}

TEST_CASE("a count of members from before a session came does not decide about receipts for good") {
  Room room;
  room.edge.limits.receipts_pushed_members_max = 2;
  room.dispatcher.detach(room.two);
  room.history.create(1, 1, 2);
  room.settle();
  room.history.add(1, 3);
  room.edge.publish();
  room.edge.run();
  REQUIRE(room.dispatcher.attach(room.two));
  const auto reads = [&] {
    room.history.send(1, 2);
    room.history.read(1, 2, true);
    room.edge.publish();
    room.edge.run();
    room.edge.apply_all();
  };
  reads();
  room.two.events.clear();
  reads();
  CHECK(room.two.events.size() == 1);
}

TEST_CASE("typing goes to the other members only") {
  Room room;
  room.dispatcher.push_typing({History::conversation(0), History::user(0), true, {}});
  CHECK(room.one.typing.empty());
  CHECK(room.two.typing.size() == 1);
}

TEST_CASE("an attach is refused while the views are too far behind") {
  Room room;
  for (std::size_t i = 0; i <= Dispatcher::kSeedEventsMax; ++i) room.history.send(0, 0);
  room.edge.publish();
  room.edge.run();
  Recorder three{History::user(2)};
  CHECK_FALSE(room.dispatcher.attach(three));
  room.edge.apply_all();
  CHECK(room.dispatcher.attach(three));
  room.dispatcher.detach(three);
}
