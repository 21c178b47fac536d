#include "engine/base/step_back.h"

#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <thread>

#include <catch2/catch.hpp>

#include "engine/base/lag_watch.h"

using namespace hansard::base;
using std::chrono::milliseconds;

namespace {
int niceness_of(int thread) { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(thread)); }

bool is_skipped() {
  if (StepBack::is_possible()) return false;
  std::cout << "skipped: threads of this process may not come forward again (CAP_SYS_NICE or RLIMIT_NICE)\n";
  return true;
}

// A worker that is in a stretch while `meanwhile` runs on the test's thread.
void work_while(StepBack& back, bool may, const std::function<void(int worker)>& meanwhile) {
  std::atomic<int> worker = 0;
  std::atomic<bool> is_over = false;
  std::thread thread([&] {
    back.allow(may);
    const StepBack::Stretch stretch(back);
    worker = ::gettid();
    worker.notify_one();
    is_over.wait(false);
  });
  worker.wait(0);
  meanwhile(worker);
  is_over = true;
  is_over.notify_one();
  thread.join();
}
}  // namespace

TEST_CASE("a stretch steps back, and a hurry in its middle brings it forward") {
  if (is_skipped()) return;
  const int own = niceness_of(0);
  StepBack back;
  work_while(back, true, [&](int worker) {
    CHECK(niceness_of(worker) == 19);
    back.hurry();
    CHECK(niceness_of(worker) == own);
  });
  CHECK(back.is_hurried());
  CHECK(back.take_hurry());
  CHECK_FALSE(back.take_hurry());
}

TEST_CASE("the end of a stretch brings its thread forward, and a hurry after it touches nobody") {
  if (is_skipped()) return;
  const int own = niceness_of(0);
  StepBack back;
  int inside = 0, after = 0, later = 0;
  std::thread([&] {
    back.allow(true);
    {
      const StepBack::Stretch stretch(back);
      inside = niceness_of(0);
    }
    after = niceness_of(0);
    back.hurry();
    later = niceness_of(0);
  }).join();
  CHECK(inside == 19);
  CHECK(after == own);
  CHECK(later == own);
}

TEST_CASE("nobody steps back who is hurried or late") {
  const int own = niceness_of(0);
  StepBack hurried;
  hurried.hurry();
  work_while(hurried, true, [&](int worker) { CHECK(niceness_of(worker) == own); });
  StepBack late;
  work_while(late, false, [&](int worker) { CHECK(niceness_of(worker) == own); });
}

TEST_CASE("hurries from everywhere leave no thread behind") {
  if (is_skipped()) return;
  StepBack back;
  std::atomic<bool> is_over = false;
  std::thread hurrier([&] {
    while (!is_over) back.hurry();
  });
  const int own = niceness_of(0);
  int last = -1;
  std::thread([&] {
    back.allow(true);
    for (int i = 0; i < 20'000; ++i) {
      back.take_hurry();
      const StepBack::Stretch stretch(back);
    }
    is_over = true;
    hurrier.join();
    back.take_hurry();
    {
      const StepBack::Stretch stretch(back);
    }
    last = niceness_of(0);
  }).join();
  CHECK(last == own);
}

TEST_CASE("a lag is as old as the first position that is not reached") {
  LagWatch lag;
  const MonotonicTime begin{std::chrono::hours(1)};
  const auto look = [&](std::uint64_t applied, std::uint64_t durable, int ms) {
    return lag.look({applied}, {durable}, begin + milliseconds(ms)) / milliseconds(1);
  };
  CHECK(look(5, 5, 0) == 0);
  CHECK(look(5, 9, 10) == 0);    // 9 was first seen now
  CHECK(look(6, 20, 30) == 20);  // 9 waits since 10
  CHECK(look(9, 20, 50) == 20);  // 20 waits since 30
  CHECK(look(20, 20, 60) == 0);
  for (std::uint64_t at = 0; at < 2 * LagWatch::kSamplesMax; ++at) look(20, 21 + at, 100);
  CHECK(look(20, 1'000'000, 400) == 300);
}
