// What changes while a resume is under way, and counts that it does not take at once.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/api/transport_absence.h"

using namespace hansard;
using namespace hansard::api;
using namespace hansard::test;

TEST_CASE("who was removed and added again amid a resume is told nothing that history hides from him now") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    absent.edge.views.hides_before_join = true;
    absent.history.create(0, 0, 1);
    absent.leaves_now();
    absent.history.send(0, 1);
    absent.history.send(0, 1);
    const auto meanwhile = [&] {
      absent.history.remove(0, 0);
      absent.history.change(0, 1, false);
      absent.history.add(0, 0);
    };
    const std::vector<Seen> wanted = {{"message.new", 2}, {"member.removed", 4}, {"member.added", 6}};
    CHECK(seen(absent.comes_back(by_tail, meanwhile)) == wanted);
  }
}

TEST_CASE("history that is hidden amid a resume is not told any more") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    absent.history.create(0, 1, 2);
    absent.history.send(0, 1);
    absent.history.send(0, 1);
    absent.history.add(0, 0);
    absent.leaves_now();
    absent.history.react(0, 1, 1, true);
    absent.history.expire(0, 2);
    const auto meanwhile = [&] { absent.edge.views.hides_before_join = true; };
    CHECK(seen(absent.comes_back(by_tail, meanwhile)) == std::vector<Seen>{{"reaction.added", 5}});
  }
}

namespace {

constexpr std::size_t kMany = ResumeFrames::kCountedHere + 1;

struct Lurker : Absence {
  std::size_t where;
  explicit Lurker(std::size_t in = 0) : where(in) {
    history.create(where, 0, 1);
    for (std::size_t i = 0; i < kMany; ++i) history.send(where, 1);
    leaves_now();
  }
  void is_back() {
    edge.publish();
    edge.apply_all();
    REQUIRE(feed->attach());
  }
  // So much that what is owed is told.
  void much_happens_to_others() {
    for (std::uint64_t i = 0; i < CountsOwed::kToldWithin; ++i) history.keep_to_himself(where, 1, 0);
  }
};

std::vector<std::string> told(const std::vector<std::string>& frames) {
  std::vector<std::string> all;
  for (const auto& frame : frames) {
    const auto seen = seen_of(frame);
    all.push_back(std::to_string(seen.position) + " " + seen.type + " " + member_of(frame, "unread"));
  }
  return all;
}

void move_his_counts(History& history, std::size_t where = 0, std::size_t ended = 2) {
  history.mark(where, 0);
  history.send(where, 1);
  history.expire(where, ended);
  history.send(where, 1);
}

}  // namespace

TEST_CASE("a count that takes long is told at the end, however often it moved") {
  for (bool by_tail : {false, true}) {
    Lurker lurker;
    move_his_counts(lurker.history);
    move_his_counts(lurker.history, 0, 3);
    const std::vector<std::string> wanted = {"1028 message.new ",       "1029 message.deleted ", "1030 message.new ",
                                             "1032 message.new ",       "1033 message.deleted ", "1034 message.new ",
                                             "1034 unread.changed 1027"};
    CHECK(told(lurker.comes_back(by_tail)) == wanted);
  }
}

TEST_CASE("where the end is long in coming, what is owed is told while a next resume would still look back at it") {
  for (bool by_tail : {false, true}) {
    Lurker lurker;
    lurker.history.mark(0, 0);
    for (int i = 0; i < 1'500; ++i) lurker.history.keep_to_himself(0, 1, 0);
    const auto there = std::to_string(lurker.after.value + CountsOwed::kToldWithin);
    CHECK(told(lurker.comes_back(by_tail)) == std::vector<std::string>{there + " unread.changed 1025"});
  }
}

TEST_CASE("who is cut off amid the counts that are owed, long before the end, is told the others when he resumes") {
  Lurker lurker;
  lurker.history.create(1, 0, 1);
  for (std::size_t i = 0; i < kMany; ++i) lurker.history.send(1, 1);
  lurker.leaves_now();
  for (std::size_t where : {0u, 1u}) lurker.history.expire(where, 2);
  for (int i = 0; i < 3; ++i) lurker.much_happens_to_others();
  const auto frames = lurker.comes_back(false);
  REQUIRE(frames.size() == 4);
  CHECK(seen_of(frames.at(2)).type == "unread.changed");
  const auto rest = told(lurker.resumes({seen_of(frames.at(2)).position}, false));
  CHECK(std::ranges::count_if(rest, [](const auto& frame) { return frame.ends_with(" unread.changed 1024"); }) == 2);
}

TEST_CASE("however often he is cut off on the way, he is told a count that moved before") {
  Lurker lurker;
  lurker.history.create(1, 0, 1);
  lurker.leaves_now();
  lurker.history.expire(0, 2);
  for (int i = 0; i < 5'000; ++i) lurker.history.send(1, 1);
  lurker.is_back();
  Position seen = lurker.after;
  std::size_t told_of_it = 0;
  for (int cuts = 0; cuts < 6; ++cuts) {
    Resume resume(lurker.edge.engine, lurker.edge.views, lurker.dispatcher, lurker.edge.limits, History::user(0), seen);
    std::vector<FramePtr> out;
    while (out.size() < 700) REQUIRE(lurker.step(resume, 700, out) == Resume::Step::more);
    for (const auto& frame : out) told_of_it += member_of(*frame, "unread") == "1024" ? 1 : 0;
    seen = {seen_of(*out.back()).position};
  }
  CHECK(told_of_it > 0);
}

TEST_CASE("however far the views were behind when a live socket broke, its counts are told to the next") {
  for (bool is_own : {false, true}) {
    Absence absent;
    absent.history.create(0, 0, 1);
    for (int i = 0; i < 3; ++i) absent.history.send(0, 1);
    absent.leaves_now();
    REQUIRE(absent.feed->attach());
    is_own ? absent.history.read(0, 0, true) : absent.history.expire(0, 2);
    for (std::uint64_t i = 0; i < 2 * Resume::kNoticeEvents; ++i) absent.history.keep_to_himself(0, 1, 0);
    absent.history.send(0, 1);
    absent.edge.publish();
    while (absent.dispatcher.pump()) continue;
    const auto frames = absent.resumes(absent.edge.engine.durable(), false);
    CHECK(tells_count(frames));
  }
}

TEST_CASE("a count that waited for the views when he fell behind is told before he is too far to look back at it") {
  Lurker lurker;
  for (int i = 0; i < 2; ++i) lurker.history.send(0, 1);
  for (int i = 0; i < 4; ++i) lurker.much_happens_to_others();
  lurker.is_back();
  Resume resume(lurker.edge.engine, lurker.edge.views, lurker.dispatcher, lurker.edge.limits, History::user(0),
                lurker.after);
  std::vector<FramePtr> out;
  while (out.empty()) REQUIRE(lurker.step(resume, 1, out) == Resume::Step::more);
  resume.note_unread(History::conversation(0), {lurker.after.value + 60});
  while (out.size() < 3) REQUIRE(lurker.step(resume, out.size() + 1, out) == Resume::Step::more);
  CHECK(seen_of(*out.back()) == Seen{"unread.changed", lurker.after.value + 1 + CountsOwed::kToldWithin});
}

namespace {
// What is owed is told between the last two of these.
void move_his_counts_long_ago(Lurker& lurker) {
  move_his_counts(lurker.history, lurker.where);
  lurker.much_happens_to_others();
  lurker.history.send(lurker.where, 1);
}

const std::vector<std::string> kMovedLongAgo = {"1028 message.new ", "1029 message.deleted ", "1030 message.new ",
                                                "2050 unread.changed 1026", "2055 message.new "};
}  // namespace

TEST_CASE("far from the end what is owed is told as of its place, before what happened long after it") {
  Lurker lurker;
  move_his_counts_long_ago(lurker);
  CHECK(told(lurker.comes_back(false)) == kMovedLongAgo);
  CHECK(lurker.steps_with_late_counts == 1);
}

TEST_CASE("ends that are kept back are owed for before what happened long after them") {
  Lurker lurker;
  lurker.history.expire(0, 2);
  lurker.much_happens_to_others();
  lurker.history.expire(0, 3);
  const std::vector<std::string> wanted = {"1027 message.deleted ", "2050 unread.changed 1024",
                                           "2050 unread.changed 1023", "2052 message.deleted "};
  CHECK(told(lurker.comes_back(false)) == wanted);
}

TEST_CASE("a feed waits for the counts that take long, in order, and then is live") {
  Lurker lurker;
  move_his_counts_long_ago(lurker);
  lurker.is_back();
  REQUIRE(lurker.feed->resume(lurker.after));
  while (lurker.feed->is_behind()) lurker.edge.io.run_one();
  std::vector<std::string> frames;
  for (const auto& frame : lurker.outbox->take()) frames.push_back(*frame);
  auto wanted = kMovedLongAgo;
  wanted.emplace_back("2055 caught_up ");
  CHECK(told(frames) == wanted);
}

TEST_CASE("no count is told of a conversation that was left while another was read") {
  for (std::size_t left : {0u, 1u}) {
    Lurker lurker(1);
    lurker.history.create(0, 0, 1);
    lurker.history.mark(0, 0);
    lurker.history.send(0, 1);
    lurker.history.change(0, 1, false);
    move_his_counts_long_ago(lurker);
    lurker.is_back();
    Resume resume(lurker.edge.engine, lurker.edge.views, lurker.dispatcher, lurker.edge.limits, History::user(0),
                  lurker.after);
    std::vector<FramePtr> out;
    LateCounts late;
    while (late.is_empty()) {
      out.clear();
      REQUIRE(resume.step(100, out) == Resume::Step::more);
      late = resume.take_late();
    }
    REQUIRE(out.size() == 2);
    REQUIRE(out.at(1) == nullptr);
    late.read(History::user(0), 1);
    lurker.history.remove(left, 0);
    lurker.edge.publish();
    lurker.dispatcher.pump();
    late.put(lurker.dispatcher, History::user(0), out);
    REQUIRE(out.size() == 1);
    CHECK(member_of(*out.at(0), "unread") == (left == 0 ? "1026" : "1"));
  }
}

TEST_CASE("a resume comes to its end though its user's counts move all the while") {
  Lurker lurker;
  move_his_counts(lurker.history);
  lurker.is_back();
  Resume resume(lurker.edge.engine, lurker.edge.views, lurker.dispatcher, lurker.edge.limits, History::user(0),
                lurker.after);
  std::vector<FramePtr> out;
  for (int steps = 0; lurker.step(resume, 100, out) != Resume::Step::met;) {
    REQUIRE(++steps < 20);
    move_his_counts(lurker.history);
    lurker.edge.publish();
    lurker.edge.apply_all();
  }
  CHECK(lurker.steps_with_late_counts > 0);
}

TEST_CASE("a resume comes to its end though more comes while a count is read than is told in between") {
  Lurker lurker;
  const auto much = [&] {
    lurker.history.mark(0, 0);
    for (int i = 0; i < 2; ++i) lurker.much_happens_to_others();
    lurker.edge.publish();
    lurker.edge.apply_all();
  };
  for (int i = 0; i < 3; ++i) much();
  lurker.is_back();
  Resume resume(lurker.edge.engine, lurker.edge.views, lurker.dispatcher, lurker.edge.limits, History::user(0),
                lurker.after);
  std::vector<FramePtr> out;
  std::size_t read = 0;
  for (int steps = 0; lurker.step(resume, 100, out) != Resume::Step::met;) {
    REQUIRE(++steps < 200);
    if (lurker.steps_with_late_counts > read) much();
    read = lurker.steps_with_late_counts;
  }
  CHECK(read > 0);
}
