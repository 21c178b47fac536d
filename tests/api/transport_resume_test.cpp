// What a resume tells of reactions, expiry and private events, far from the cursor (by streams) and near it (by the
// tail).
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/api/transport_absence.h"

using namespace hansard;
using namespace hansard::api;
using namespace hansard::test;

namespace {

// What a client knows of conversation 0 by its frames alone.
struct Client {
  Position last_seen;
  std::uint64_t unread = 0;
  std::map<std::pair<std::string, std::string>, std::string> receipts;  // type, user: up to

  void take(const std::string& frame) {
    const auto seen = seen_of(frame);
    REQUIRE(seen.position >= last_seen.value);
    last_seen = {seen.position};
    if (seen.type == "unread.changed") unread = std::stoull(member_of(frame, "unread"));
    if (seen.type == "message.new" && member_of(frame, "sender_id") != "user-0") ++unread;
    if (seen.type == "message.read_receipt" || seen.type == "message.delivered")
      receipts[{seen.type, member_of(frame, "user_id")}] = member_of(frame, "up_to");
  }
};

void move_pointers_and_expire(History& history) {
  history.read(0, 1, false);
  history.send(0, 1);
  history.read(0, 1, true);
  history.send(0, 1);
  history.read(0, 0, true);
  history.send(0, 1);
  history.send(0, 1);
  history.expire(0, 4);
  history.expire(0, 5);
  history.send(0, 1);
  history.read(0, 2, true);
  history.send(0, 2);
  history.mark(0, 2);
  history.react(0, 1, 1, true);
  history.read(0, 2, true);  // moves it
  history.react(0, 1, 2, true);
  history.mark(0, 2);
  history.react(0, 1, 3, true);
  history.read(0, 2, true);  // takes the marker away, and moves nothing
}

}  // namespace

TEST_CASE("a resume tells of reactions to what is there, not to what is gone since") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    absent.history.create(0, 0, 1);
    absent.history.send(0, 1);
    absent.history.send(0, 1);
    absent.leaves_now();
    absent.history.react(0, 1, 1, true);
    absent.history.react(0, 1, 2, true);
    absent.history.react(0, 1, 1, false);
    absent.history.expire(0, 2);
    const auto frames = absent.comes_back(by_tail);
    const std::vector<Seen> wanted = {{"reaction.added", 4}, {"reaction.removed", 6}, {"message.deleted", 7}};
    CHECK(seen(frames) == wanted);
  }
}

TEST_CASE("a resume tells that a message expired, why, and what counts now") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    absent.history.create(0, 0, 1);
    absent.history.send(0, 1);
    absent.leaves_now();
    absent.history.expire(0, 1);
    const auto frames = absent.comes_back(by_tail);
    REQUIRE(seen(frames) == std::vector<Seen>{{"message.deleted", 3}});
    CHECK(frames.back().find("\"reason\":\"expired\"") != std::string::npos);
    CHECK(tells_count(frames));
  }
}

TEST_CASE("a resume says who deleted a message, as the live frame did") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    absent.history.create(0, 0, 1);
    absent.history.send(0, 1);
    absent.leaves_now();
    absent.history.change(0, 1, true);
    const auto frames = absent.comes_back(by_tail);
    REQUIRE(seen(frames) == std::vector<Seen>{{"message.deleted", 3}});
    CHECK(frames.back().find("\"by\":\"user-1\"") != std::string::npos);
  }
}

TEST_CASE("a message that came and expired meanwhile is told as gone twice, never with its content") {
  Absence absent;
  absent.history.create(0, 0, 1);
  absent.leaves_now();
  absent.history.send(0, 1);
  absent.history.expire(0, 1);
  const auto frames = absent.comes_back(false);
  REQUIRE(seen(frames) == std::vector<Seen>{{"message.new", 2}, {"message.deleted", 3}});
  CHECK(frames.at(0).find("\"content\":null") != std::string::npos);
}

TEST_CASE("nothing that happens to a message from before the join is told where history begins there") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    absent.edge.views.hides_before_join = true;
    absent.history.create(0, 1, 2);
    absent.history.send(0, 1);
    absent.history.add(0, 0);
    absent.history.send(0, 1);
    absent.leaves_now();
    absent.history.react(0, 1, 1, true);
    absent.history.expire(0, 1);
    absent.history.react(0, 1, 2, true);
    CHECK(seen(absent.comes_back(by_tail)) == std::vector<Seen>{{"reaction.added", 7}});
  }
}

TEST_CASE("what concerns one user alone is told to nobody, not even to him") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    absent.history.create(0, 0, 1);
    absent.leaves_now();
    for (unsigned kind = 0; kind < 5; ++kind) {
      absent.history.keep_to_himself(0, 0, kind);
      absent.history.keep_to_himself(0, 1, kind);
    }
    absent.history.send(0, 1);
    CHECK(seen(absent.comes_back(by_tail)) == std::vector<Seen>{{"message.new", 12}});
  }
}

TEST_CASE("who read, left and joined again is not said to have read what came before he joined") {
  Absence absent;
  absent.history.create(0, 0, 1);
  absent.history.send(0, 0);
  absent.leaves_now();
  absent.history.read(0, 1, true);
  absent.history.send(0, 0);
  absent.history.remove(0, 1);
  absent.history.add(0, 1);
  const std::vector<Seen> wanted = {{"message.new", 4}, {"member.removed", 5}, {"member.added", 6}};
  CHECK(seen(absent.comes_back(false)) == wanted);
}

TEST_CASE("a resume tells the count after a read that only took the marker away") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    absent.history.create(0, 0, 1);
    absent.history.send(0, 1);
    absent.history.read(0, 0, true);
    absent.history.mark(0, 0);
    absent.leaves_now();
    absent.history.read(0, 0, true);
    CHECK(tells_count(absent.comes_back(by_tail)));
  }
}

TEST_CASE("who is cut off anywhere in a catch-up and resumes from what he saw last has missed nothing in the end") {
  for (bool by_tail : {false, true}) {
    std::size_t frames_in_all = 1;
    for (std::size_t cut = 0; cut <= frames_in_all; ++cut) {
      Absence absent;
      absent.history.create(0, 0, 1);
      absent.history.add(0, 2);
      absent.history.send(0, 1);
      absent.leaves_now();
      const auto id = History::conversation(0);
      Client client{absent.after, absent.edge.views.snapshot()->unread(id, History::user(0)).unread, {}};
      move_pointers_and_expire(absent.history);
      const auto frames = absent.comes_back(by_tail);
      frames_in_all = frames.size();
      for (std::size_t i = 0; i < cut; ++i) client.take(frames.at(i));
      CAPTURE(by_tail, cut, client.last_seen.value);
      for (const auto& frame : absent.resumes(client.last_seen, false)) client.take(frame);
      CHECK(client.unread == absent.edge.views.snapshot()->unread(id, History::user(0)).unread);
      const std::map<std::pair<std::string, std::string>, std::string> wanted = {
          {{"message.delivered", "user-1"}, "1"},
          {{"message.read_receipt", "user-1"}, "2"},
          {{"message.read_receipt", "user-2"}, "7"}};
      CHECK(client.receipts == wanted);
    }
  }
}

TEST_CASE("who resumes is told what was acknowledged before, also where his thread has not heard of it") {
  Absence absent;
  absent.history.create(0, 0, 1);
  absent.leaves_now();
  REQUIRE(absent.feed->attach());
  absent.history.send(0, 1);
  absent.edge.publish();
  REQUIRE(absent.dispatcher.cursor() < absent.edge.engine.durable());
  Resume resume(absent.edge.engine, absent.edge.views, absent.dispatcher, absent.edge.limits, History::user(0),
                absent.after);
  std::vector<FramePtr> out;
  for (int steps = 0; absent.step(resume, 100, out) != Resume::Step::met; absent.edge.apply_all())
    REQUIRE(++steps < 100);
  REQUIRE(!out.empty());
  CHECK(seen_of(*out.front()) == Seen{"message.new", 2});
}

TEST_CASE("a receipt and a count stand where the pointer moved last, the count of an end before the end") {
  Absence absent;
  absent.history.create(0, 0, 1);
  absent.history.send(0, 1);
  absent.leaves_now();
  absent.history.read(0, 1, true);
  absent.history.send(0, 1);
  absent.history.read(0, 1, true);
  absent.history.read(0, 0, true);
  absent.history.send(0, 1);
  absent.history.change(0, 1, true);
  std::vector<Seen> all;
  for (const auto& frame : absent.comes_back(false)) all.push_back(seen_of(frame));
  const std::vector<Seen> wanted = {{"message.new", 4}, {"message.read_receipt", 5}, {"unread.changed", 6},
                                    {"message.new", 7}, {"unread.changed", 7},       {"message.deleted", 8}};
  CHECK(all == wanted);
}

TEST_CASE("a resume tells the counts that a live session may still have waited for") {
  Absence absent;
  absent.history.create(0, 0, 1);
  absent.history.send(0, 1);
  absent.history.read(0, 0, true);
  absent.history.send(0, 1);
  absent.leaves_now();
  const auto frames = absent.comes_back(false);
  REQUIRE(frames.size() == 1);
  CHECK(seen_of(frames.at(0)) == Seen{"unread.changed", 4});
  CHECK(member_of(frames.at(0), "unread") == "1");
}

TEST_CASE("a resume tells the count after an end that a live session may have seen, above his pointer only") {
  for (bool has_read : {false, true}) {
    Absence absent;
    absent.history.create(0, 0, 1);
    absent.history.send(0, 1);
    if (has_read) absent.history.read(0, 0, true);
    for (std::uint64_t i = 0; i < Resume::kNoticeEvents; ++i) absent.history.send(0, 0);
    absent.history.expire(0, has_read ? 1 : 2);
    absent.leaves_now();
    const auto frames = absent.comes_back(false);
    CHECK(tells_count(frames) == !has_read);
    if (!has_read) CHECK(member_of(frames.at(0), "unread") == "1");
  }
}

TEST_CASE("a count that moved beyond where a resume is told is not told there, but once it is through") {
  Absence absent;
  absent.history.create(0, 0, 1);
  absent.history.send(0, 1);
  absent.leaves_now();
  absent.history.send(0, 1);
  absent.edge.publish();
  REQUIRE(absent.feed->attach());
  Resume resume(absent.edge.engine, absent.edge.views, absent.dispatcher, absent.edge.limits, History::user(0),
                absent.after);
  std::vector<FramePtr> out;
  REQUIRE(resume.step(100, out) == Resume::Step::wait_for_views);
  absent.history.send(0, 1);
  absent.edge.publish();
  absent.edge.apply_all();
  resume.note_unread(History::conversation(0), absent.edge.engine.durable());
  REQUIRE(resume.step(100, out) == Resume::Step::met);
  std::vector<Seen> all;
  for (const auto& frame : out) all.push_back(seen_of(*frame));
  CHECK(all == std::vector<Seen>{{"message.new", 3}, {"message.new", 4}});
  absent.edge.run();
  const auto live = absent.outbox->take();
  REQUIRE_FALSE(live.empty());
  CHECK(seen_of(*live.back()) == Seen{"unread.changed", 4});
  CHECK(member_of(*live.back(), "unread") == "3");
}

TEST_CASE("who is cut off after two frames each time comes to the end") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    for (std::size_t where : {0u, 1u, 2u, 3u}) {
      absent.history.create(where, 0, 1);
      absent.history.send(where, 1);
      absent.history.read(where, 0, true);
    }
    absent.leaves_now();
    for (int i = 0; i < 10; ++i) absent.history.send(0, 1);
    auto frames = absent.comes_back(by_tail);
    Position seen = absent.after;
    for (int cuts = 0; cuts < 5; ++cuts) {
      seen = {std::max(seen_of(frames.at(0)).position, seen_of(frames.at(1)).position)};
      frames = absent.resumes(seen, false);
    }
    CHECK(seen == absent.edge.engine.durable());
  }
}

TEST_CASE("a pass that cannot hold all moves ends before the rest, and the next one goes on there") {
  Absence absent;
  absent.history.create(0, 0, 1);
  absent.history.add(0, 2);
  absent.history.add(0, 3);
  absent.history.send(0, 1);
  absent.leaves_now();
  for (std::size_t reader : {1u, 2u, 3u}) absent.history.read(0, reader, true);
  absent.history.send(0, 1);
  absent.edge.publish();
  absent.edge.apply_all();
  REQUIRE(absent.feed->attach());
  const auto snapshot = absent.edge.views.snapshot();
  const auto user = History::user(0);
  std::vector<FramePtr> out;
  CountsOwed owed;
  LateCounts late;
  Position served = absent.after;
  for (const std::uint64_t through : {6u, 8u}) {
    StreamPass pass(absent.edge.engine, absent.dispatcher, absent.edge.limits, user, served, *snapshot, 2);
    ResumeFrames frames(*snapshot, absent.dispatcher, user, 1, out, served, owed, &late);
    while (!pass.step(*snapshot, 100, frames)) continue;
    frames.finish();
    CHECK(pass.through().value == through);
    CHECK(pass.take_seats().has_value() == (through == 8));
    served = pass.through();
  }
  std::vector<Seen> all;
  for (const auto& frame : out) all.push_back(seen_of(*frame));
  const std::vector<Seen> wanted = {
      {"message.read_receipt", 5}, {"message.read_receipt", 6}, {"message.read_receipt", 7}, {"message.new", 8}};
  CHECK(all == wanted);
}
