// A user who was away and comes back, for tests of what a resume tells.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "api/dispatcher_feed.h"
#include "api/resume.h"
#include "tests/api/transport_fakes.h"

namespace hansard::test {

// user-0, who was away since `after`, and the way his resume takes.
struct Absence {
  Edge edge;
  History history{edge.engine};
  api::Dispatcher dispatcher{edge.io, edge.engine, edge.views, edge.limits};
  api::TaskGroup tasks{edge.io};
  std::shared_ptr<api::Outbox> outbox = std::make_shared<api::Outbox>(edge.io, 1'000, 1u << 20);
  std::shared_ptr<api::Feed> feed =
      std::make_shared<api::Feed>(edge.context, dispatcher, tasks, outbox, History::user(0));
  Position after;
  std::size_t steps_with_late_counts = 0;

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
  std::vector<std::string> comes_back(bool by_tail, const std::function<void()>& meanwhile = {}) {
    edge.publish();
    if (!by_tail) edge.apply_all();
    REQUIRE(feed->attach());
    return resumes(after, by_tail, meanwhile);
  }
  // With the counts that take long.
  api::Resume::Step step(api::Resume& resume, std::size_t frames_max, std::vector<api::FramePtr>& out) {
    const auto step = resume.step(frames_max, out);
    auto late = resume.take_late();
    if (!late.is_empty()) ++steps_with_late_counts;
    late.read(History::user(0), 1);
    late.put(dispatcher, History::user(0), out);
    return step;
  }
  // `meanwhile` is what happens once the first frame was given.
  std::vector<std::string> resumes(Position from, bool by_tail, const std::function<void()>& meanwhile = {}) {
    api::Resume resume(edge.engine, edge.views, dispatcher, edge.limits, History::user(0), from);
    std::vector<api::FramePtr> out;
    if (by_tail) CHECK(resume.step(0, out) == api::Resume::Step::more);
    edge.apply_all();
    if (meanwhile) {
      for (int steps = 0; out.empty(); step(resume, 1, out)) REQUIRE(++steps < 100);
      meanwhile();
      edge.publish();
      edge.apply_all();
    }
    for (int steps = 0; step(resume, 100, out) != api::Resume::Step::met;) REQUIRE(++steps < 100);
    std::vector<std::string> frames;
    for (const auto& frame : out) frames.push_back(*frame);
    return frames;
  }
};

inline std::vector<Seen> seen(const std::vector<std::string>& frames) {
  std::vector<Seen> all;
  for (const auto& frame : frames) {
    if (seen_of(frame).type != "unread.changed") all.push_back(seen_of(frame));
  }
  return all;
}

inline bool tells_count(const std::vector<std::string>& frames) {
  return std::any_of(frames.begin(), frames.end(),
                     [](const std::string& frame) { return seen_of(frame).type == "unread.changed"; });
}

}  // namespace hansard::test
