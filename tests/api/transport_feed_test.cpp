#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "api/dispatcher_feed.h"
#include "api/render.h"
#include "tests/api/transport_fakes.h"

using namespace hansard;
using namespace hansard::api;
using namespace hansard::test;

namespace {

// A feed and a client that reads as slowly as the test says.
struct Slow {
  Edge edge;
  History history{edge.engine};
  Dispatcher dispatcher{edge.io, edge.engine, edge.views, edge.limits};
  TaskGroup tasks{edge.io};
  std::shared_ptr<Outbox> outbox;
  std::shared_ptr<Feed> feed;
  std::deque<FramePtr> taken;       // by the writer, not yet by the peer
  std::vector<std::string> frames;  // what the peer has

  explicit Slow(std::size_t frames_max) : outbox(std::make_shared<Outbox>(edge.io, frames_max, 1u << 20)) {
    feed = std::make_shared<Feed>(edge.context, dispatcher, tasks, outbox, History::user(0));
    dispatcher.start();
  }
  ~Slow() {
    feed->close();
    edge.run();
  }
  void read(std::size_t count) {
    for (auto& frame : outbox->take()) taken.push_back(std::move(frame));
    for (; count > 0 && !taken.empty(); --count) {
      frames.push_back(*taken.front());
      outbox->written(taken.front());
      taken.pop_front();
    }
  }
  bool is_settled() const {
    return !feed->is_behind() && outbox->is_empty() && dispatcher.cursor() == edge.engine.durable();
  }
  void settle() {
    edge.publish();
    edge.apply_all();
    for (int turns = 0; turns < 10'000; ++turns) {
      edge.run();
      if (is_settled()) return;
      read(1);
    }
    FAIL("it never caught up");
  }
  std::size_t count(const std::string& type) const {
    std::size_t found = 0;
    for (const auto& frame : frames) found += seen_of(frame).type == type ? 1 : 0;
    return found;
  }
};

bool is_receipt(const std::string& type) { return type == "message.read_receipt" || type == "message.delivered"; }
bool is_history(const std::string& type) {
  return !is_receipt(type) && type != "unread.changed" && type != "caught_up" && type != "fell_behind";
}
bool is_pointer(const domain::RecordedEvent& event) {
  auto type = domain::type_of(*event.body);
  return type == domain::EventType::read_advanced || type == domain::EventType::delivered_advanced ||
         type == domain::EventType::unread_marked;
}

// The user is a member from the event on to the end.
bool has_stayed(const FakeEngine& engine, const domain::RecordedEvent& event) {
  auto conversation = *conversation_of(event);
  for (auto at = event.position.value; at <= engine.events.size(); ++at) {
    if (!is_member_at(engine, History::user(0), conversation, {at})) return false;
  }
  return true;
}

bool is_last_leave(const FakeEngine& engine, const domain::RecordedEvent& event) {
  const auto* removed = std::get_if<domain::MemberRemoved>(&*event.body);
  if (!removed || removed->user != History::user(0)) return false;
  for (auto at = event.position.value; at <= engine.events.size(); ++at) {
    if (is_member_at(engine, History::user(0), removed->conversation, {at})) return false;
  }
  return true;
}

void check_order(const Slow& slow) {
  std::uint64_t last = 0, last_history = 0;
  for (const auto& frame : slow.frames) {
    auto seen = seen_of(frame);
    RC_ASSERT(seen.position >= last);
    last = seen.position;
    if (!is_history(seen.type)) continue;
    RC_ASSERT(seen.position > last_history);
    last_history = seen.position;
  }
}

// A reaction to a message that is deleted or expires later: a resume leaves it out.
bool is_outlived(const FakeEngine& engine, const domain::RecordedEvent& event) {
  const auto* added = std::get_if<domain::ReactionAdded>(&*event.body);
  const auto* removed = std::get_if<domain::ReactionRemoved>(&*event.body);
  if (!added && !removed) return false;
  const auto conversation = added ? added->conversation : removed->conversation;
  const auto ordinal = added ? added->ordinal : removed->ordinal;
  auto ends = [&](const domain::MessageFacts& facts) {
    return facts.conversation == conversation && facts.ordinal == ordinal;
  };
  return std::any_of(engine.events.begin(), engine.events.end(), [&](const engine::EventPtr& later) {
    const auto* deleted = std::get_if<domain::MessageDeleted>(&*later->body);
    const auto* expired = std::get_if<domain::MessageExpired>(&*later->body);
    return (deleted && ends(deleted->facts)) || (expired && ends(expired->facts));
  });
}

void check_history(const Slow& slow, Position start) {
  const auto& engine = slow.edge.engine;
  std::set<std::uint64_t> got;
  for (const auto& frame : slow.frames) {
    auto seen = seen_of(frame);
    if (is_history(seen.type)) got.insert(seen.position);
  }
  for (const auto& event : engine.events) {
    bool is_due = event->position > start && !is_pointer(*event) && !is_private(*event) &&
                  concerns(engine, History::user(0), *event);
    if (got.contains(event->position.value)) RC_ASSERT(is_due);
    if (!is_due || is_outlived(engine, *event)) continue;
    if (has_stayed(engine, *event) || is_last_leave(engine, *event)) RC_ASSERT(got.contains(event->position.value));
  }
}

// Who leaves takes his pointers along, also when he comes back: what a catch-up tells depends on who is there then.
bool is_gone_later(const FakeEngine& engine, const domain::RecordedEvent& event) {
  bool is_gone = false;
  for (const auto& later : engine.events) {
    if (later->position <= event.position) continue;
    api::for_each_change(*later, [&](const api::MembershipChange& change) {
      is_gone |= !change.joined && change.user == event.actor && change.conversation == *conversation_of(event);
    });
  }
  return is_gone;
}

// Joining again put the reader's pointer further: a resume has nothing to tell of it.
bool is_overtaken(const projections::Snapshot& snapshot, const domain::ReadAdvanced& read) {
  const auto seat = snapshot.member(read.conversation, read.user);
  return seat && read.up_to <= seat->joined_after;
}

// The last receipt frame of each member's pointer tells its last value; own pointers are told as counts.
void check_pointers(const Slow& slow, Position start) {
  std::map<std::tuple<std::string, std::string, std::string>, std::string> told;
  std::map<std::string, std::uint64_t> counted;
  for (const auto& frame : slow.frames) {
    auto seen = seen_of(frame);
    auto conversation = member_of(frame, "conversation_id");
    if (seen.type == "unread.changed") counted[conversation] = seen.position;
    if (is_receipt(seen.type)) told[{seen.type, conversation, member_of(frame, "user_id")}] = member_of(frame, "up_to");
  }
  const auto snapshot = slow.edge.views.snapshot();
  std::map<std::tuple<std::string, std::string, std::string>, std::string> expected;
  std::map<std::pair<std::string, std::string>, domain::Ordinal> highest;  // of each reader's pointer
  for (const auto& event : slow.edge.engine.events) {
    const auto* read = std::get_if<domain::ReadAdvanced>(&*event->body);
    bool advances = true;
    if (read) {
      auto& before = highest[{base::to_text(read->conversation), read->user.value}];
      advances = read->up_to > before;
      before = std::max(before, read->up_to);
    }
    if (event->position <= start || !is_pointer(*event) || !has_stayed(slow.edge.engine, *event)) continue;
    auto conversation = base::to_text(*conversation_of(*event));
    const auto* delivered = std::get_if<domain::DeliveredAdvanced>(&*event->body);
    if (event->actor == History::user(0) && !delivered) RC_ASSERT(counted[conversation] >= event->position.value);
    if (event->actor == History::user(0) || is_gone_later(slow.edge.engine, *event)) continue;
    if (read && advances && !is_overtaken(*snapshot, *read))
      expected[{"message.read_receipt", conversation, event->actor.value}] = std::to_string(read->up_to.value);
    if (delivered && delivered->up_to)
      expected[{"message.delivered", conversation, event->actor.value}] = std::to_string(delivered->up_to.value);
  }
  for (const auto& [key, up_to] : expected) RC_ASSERT(told[key] == up_to);
}

}  // namespace

TEST_CASE("a slow session gets everything once and in order, from the dispatcher or from the log") {
  rc::prop("fed == what concerns the user above the start", [] {
    Slow slow(*rc::gen::inRange<std::size_t>(1, 12));
    auto any = [] { return *rc::gen::inRange(0u, 1'000u); };
    auto before = *rc::gen::inRange(0, 40);
    for (int i = 0; i < before; ++i) slow.history.append(any(), any(), any(), any());
    slow.edge.publish();
    slow.edge.apply({*rc::gen::inRange<std::uint64_t>(0, slow.edge.engine.durable().value + 1)});
    RC_ASSERT(slow.feed->attach());
    auto start = slow.dispatcher.cursor();
    bool resumes = *rc::gen::arbitrary<bool>();
    if (resumes) {
      start = {*rc::gen::inRange<std::uint64_t>(0, slow.edge.engine.durable().value + 1)};
      RC_ASSERT(slow.feed->resume(start));
    }
    auto steps = *rc::gen::inRange(0, 100);
    for (int i = 0; i < steps; ++i) {
      auto roll = *rc::gen::inRange(0u, 20u);
      if (roll < 11) slow.history.append(any(), any(), any(), any());
      if (roll >= 11 && roll < 13) slow.edge.publish();
      if (roll >= 13 && roll < 15) slow.edge.run();
      if (roll >= 15 && roll < 17)
        slow.edge.apply({*rc::gen::inRange(slow.edge.views.applied().value, slow.edge.engine.durable().value + 1)});
      if (roll >= 17) slow.read(any() % 8);
    }
    slow.settle();
    check_order(slow);
    check_history(slow, start);
    check_pointers(slow, start);
    RC_ASSERT(slow.count("caught_up") == slow.count("fell_behind") + (resumes ? 1u : 0u));
  });
}

TEST_CASE("a full outbox makes a session fall behind and it catches up when it reads") {
  Slow slow(4);
  slow.history.create(0, 0, 1);
  slow.edge.publish();
  slow.edge.apply_all();
  REQUIRE(slow.feed->attach());
  for (int i = 0; i < 10; ++i) slow.history.send(0, 1);
  slow.edge.publish();
  slow.edge.apply_all();
  slow.edge.run();
  CHECK(slow.feed->is_behind());
  CHECK(slow.outbox->frames() == 5);  // four events and fell_behind
  slow.settle();
  REQUIRE(slow.frames.size() == 12);
  CHECK(seen_of(slow.frames[4]) == Seen{"fell_behind", 5});
  CHECK(seen_of(slow.frames[5]) == Seen{"message.new", 6});
  CHECK(seen_of(slow.frames[11]) == Seen{"caught_up", 11});
  CHECK_FALSE(slow.feed->is_behind());
}

TEST_CASE("a resume shows a message as it is now and a deleted one without its content") {
  Slow slow(100);
  slow.history.create(0, 0, 1);
  slow.history.send(0, 1);
  slow.history.change(0, 0, true);
  slow.edge.publish();
  slow.edge.apply_all();
  REQUIRE(slow.feed->attach());
  REQUIRE(slow.feed->resume({}));
  slow.settle();
  REQUIRE(slow.count("message.new") == 1);
  CHECK(seen_of(slow.frames[1]).type == "message.new");
  CHECK(slow.frames[1].find("\"content\":null") != std::string::npos);
  CHECK(seen_of(slow.frames[2]).type == "unread.changed");
  CHECK(seen_of(slow.frames[3]).type == "message.deleted");
  // The same text as live.
  CHECK(slow.frames[3] == *event_frame(*slow.edge.engine.events[2], 1));
}

TEST_CASE("of a conversation the user has left a resume tells only that") {
  Slow slow(100);
  slow.history.create(0, 1, 0);
  slow.history.send(0, 1);
  slow.history.remove(0, 0);
  slow.history.send(0, 1);
  slow.edge.publish();
  slow.edge.apply_all();
  REQUIRE(slow.feed->attach());
  REQUIRE(slow.feed->resume({}));
  slow.settle();
  REQUIRE(slow.frames.size() == 2);
  CHECK(seen_of(slow.frames[0]) == Seen{"member.removed", 3});
  CHECK(seen_of(slow.frames[1]) == Seen{"caught_up", 4});
}

TEST_CASE("a resume from the future is refused and changes nothing") {
  Slow slow(100);
  slow.history.create(0, 0, 1);
  slow.edge.publish();
  slow.edge.apply_all();
  REQUIRE(slow.feed->attach());
  CHECK_FALSE(slow.feed->resume({2}));
  CHECK_FALSE(slow.feed->is_behind());
}

TEST_CASE("a newer resume ends the older one") {
  Slow slow(100);
  slow.history.create(0, 0, 1);
  slow.history.send(0, 1);
  slow.edge.publish();
  slow.edge.apply_all();
  REQUIRE(slow.feed->attach());
  REQUIRE(slow.feed->resume({}));
  REQUIRE(slow.feed->resume({1}));
  slow.settle();
  CHECK(slow.count("caught_up") == 1);
  CHECK(slow.count("message.new") == 1);
}

TEST_CASE("an outbox refuses events when full, never answers, and drops typing first") {
  asio::io_context io;
  Outbox outbox(io, 4, 100);
  auto frame = make_frame("0123456789");
  CHECK(outbox.offer(frame));
  CHECK(outbox.offer(frame));
  CHECK_FALSE(outbox.has_room());
  outbox.offer_droppable(frame);
  CHECK(outbox.frames() == 2);
  CHECK(outbox.offer(frame));
  CHECK(outbox.offer(frame));
  CHECK_FALSE(outbox.offer(frame));
  outbox.push(frame);
  CHECK(outbox.frames() == 5);
  auto taken = outbox.take();
  CHECK(taken.size() == 5);
  CHECK_FALSE(outbox.offer(frame));  // taken is not written
  for (const auto& f : taken) outbox.written(f);
  CHECK(outbox.is_empty());
  CHECK(outbox.offer(make_frame(std::string(1'000, 'x'))));  // larger than all of it, alone
  CHECK_FALSE(outbox.offer(frame));
}
