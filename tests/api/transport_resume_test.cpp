// What a resume tells of reactions, expiry and private events, far from the cursor (by streams) and near it (by the
// tail).
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "api/dispatcher_feed.h"
#include "api/resume.h"
#include "tests/api/transport_fakes.h"

using namespace hansard;
using namespace hansard::api;
using namespace hansard::test;

namespace {

// user-0, who was away since `after`, and the way his resume takes.
struct Absence {
  Edge edge;
  History history{edge.engine};
  Dispatcher dispatcher{edge.io, edge.engine, edge.views, edge.limits};
  TaskGroup tasks{edge.io};
  std::shared_ptr<Outbox> outbox = std::make_shared<Outbox>(edge.io, 1'000, 1u << 20);
  std::shared_ptr<Feed> feed = std::make_shared<Feed>(edge.context, dispatcher, tasks, outbox, History::user(0));
  Position after;

  ~Absence() {
    feed->close();
    edge.run();
  }

  void leaves_now() {
    edge.publish();
    edge.apply_all();
    after = edge.engine.durable();
  }

  // By the tail: the views stood at `after` when the resume began, and have caught up before it reads on.
  std::vector<std::string> comes_back(bool by_tail) {
    edge.publish();
    if (!by_tail) edge.apply_all();
    REQUIRE(feed->attach());
    Resume resume(edge.engine, edge.views, dispatcher, edge.limits, History::user(0), after);
    std::vector<FramePtr> out;
    if (by_tail) CHECK(resume.step(0, out) == Resume::Step::more);
    edge.apply_all();
    for (int steps = 0; resume.step(100, out) != Resume::Step::met;) REQUIRE(++steps < 100);
    std::vector<std::string> frames;
    for (const auto& frame : out) frames.push_back(*frame);
    return frames;
  }
};

std::vector<Seen> seen(const std::vector<std::string>& frames) {
  std::vector<Seen> all;
  for (const auto& frame : frames) {
    if (seen_of(frame).type != "unread.changed") all.push_back(seen_of(frame));
  }
  return all;
}

bool tells_count(const std::vector<std::string>& frames) {
  return std::any_of(frames.begin(), frames.end(),
                     [](const std::string& frame) { return seen_of(frame).type == "unread.changed"; });
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
    CHECK(frames.at(0).find("\"reason\":\"expired\"") != std::string::npos);
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
    CHECK(frames.at(0).find("\"by\":\"user-1\"") != std::string::npos);
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
