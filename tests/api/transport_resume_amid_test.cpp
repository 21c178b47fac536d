// What changes while a resume is under way, and counts that it does not take at once.
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
  Lurker() {
    history.create(0, 0, 1);
    for (std::size_t i = 0; i < kMany; ++i) history.send(0, 1);
    leaves_now();
  }
  void is_back() {
    edge.publish();
    edge.apply_all();
    REQUIRE(feed->attach());
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

void move_his_counts(History& history) {
  history.mark(0, 0);
  history.send(0, 1);
  history.expire(0, kMany + 1);
  history.send(0, 1);
}

const std::vector<std::string> kMoved = {"1027 unread.changed 1025", "1028 message.new ", "1028 unread.changed 1025",
                                         "1029 message.deleted ", "1030 message.new "};

}  // namespace

TEST_CASE("a count that takes long is read beside the step, and told in its place as of its moment") {
  Lurker lurker;
  move_his_counts(lurker.history);
  CHECK(told(lurker.comes_back(false)) == kMoved);
  CHECK(lurker.steps_with_late_counts == 2);
}

TEST_CASE("near the cursor a count that takes long is told at the end") {
  Lurker lurker;
  move_his_counts(lurker.history);
  const std::vector<std::string> wanted = {"1028 message.new ", "1029 message.deleted ", "1030 message.new ",
                                           "1030 unread.changed 1026"};
  CHECK(told(lurker.comes_back(true)) == wanted);
}

TEST_CASE("where the end is long in coming, what is owed is told while a next resume would still look back at it") {
  Lurker lurker;
  lurker.history.mark(0, 0);
  for (int i = 0; i < 1'500; ++i) lurker.history.keep_to_himself(0, 1, 0);
  const auto half = std::to_string(lurker.after.value + Resume::kNoticeEvents / 2);
  CHECK(told(lurker.comes_back(true)) == std::vector<std::string>{half + " unread.changed 1025"});
}

TEST_CASE("a feed waits for the counts that take long, in order, and then is live") {
  Lurker lurker;
  move_his_counts(lurker.history);
  lurker.is_back();
  REQUIRE(lurker.feed->resume(lurker.after));
  while (lurker.feed->is_behind()) lurker.edge.io.run_one();
  std::vector<std::string> frames;
  for (const auto& frame : lurker.outbox->take()) frames.push_back(*frame);
  auto wanted = kMoved;
  wanted.emplace_back("1030 caught_up ");
  CHECK(told(frames) == wanted);
}

TEST_CASE("no count is told of a conversation that was left while it was read") {
  Lurker lurker;
  move_his_counts(lurker.history);
  lurker.is_back();
  Resume resume(lurker.edge.engine, lurker.edge.views, lurker.dispatcher, lurker.edge.limits, History::user(0),
                lurker.after);
  std::vector<FramePtr> out;
  CHECK(resume.step(100, out) == Resume::Step::more);
  REQUIRE(out == std::vector<FramePtr>{nullptr});
  auto late = resume.take_late();
  late.read(History::user(0), 1);
  lurker.history.remove(0, 0);
  lurker.edge.publish();
  lurker.dispatcher.pump();
  late.put(lurker.dispatcher, *lurker.edge.views.snapshot(), History::user(0), out);
  CHECK(out.empty());
}

TEST_CASE("nor what was told before it in that step, nor what history hides by then") {
  for (bool comes_back : {false, true}) {
    Lurker lurker;
    lurker.history.send(0, 1);
    move_his_counts(lurker.history);
    lurker.is_back();
    Resume resume(lurker.edge.engine, lurker.edge.views, lurker.dispatcher, lurker.edge.limits, History::user(0),
                  lurker.after);
    std::vector<FramePtr> out;
    CHECK(resume.step(100, out) == Resume::Step::more);
    REQUIRE(out.size() == 2);
    REQUIRE(out.at(1) == nullptr);
    auto late = resume.take_late();
    late.read(History::user(0), 1);
    lurker.history.remove(0, 0);
    if (comes_back) lurker.history.add(0, 0);
    lurker.edge.views.hides_before_join = true;
    lurker.edge.publish();
    lurker.edge.apply_all();
    lurker.dispatcher.pump();
    late.put(lurker.dispatcher, *lurker.edge.views.snapshot(), History::user(0), out);
    REQUIRE(out.size() == (comes_back ? 1 : 0));
    if (comes_back) CHECK(seen_of(*out.at(0)).type == "unread.changed");
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
