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
constexpr Position kDone{0}, kDurable{1};
constexpr MonotonicTime kBegin{std::chrono::hours(1)};

int niceness_of(int thread) { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(thread)); }

bool is_skipped() {
  if (StepBack::is_possible() && niceness_of(0) < 18) return false;
  std::cout << "skipped: threads of this process may not come forward again (CAP_SYS_NICE or RLIMIT_NICE)\n";
  return true;
}

// Begins a batch that steps back unless it is hurried or late.
void begin(StepBack& back) {
  back.begin_batch(kDone, kDone, kBegin, true);  // nothing is behind
  back.begin_batch(kDone, kDurable, kBegin, true);
}

// A worker that is in a stretch while `meanwhile` runs on the test's thread.
void work_while(StepBack& back, const std::function<void(int worker)>& meanwhile) {
  std::atomic<int> worker = 0;
  std::atomic<bool> is_over = false;
  std::thread thread([&] {
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
  begin(back);
  work_while(back, [&](int worker) {
    CHECK(niceness_of(worker) == 19);
    back.hurry();
    CHECK(niceness_of(worker) == own);
  });
  CHECK(back.is_hurried());
}

TEST_CASE("the end of a stretch brings its thread forward, and a hurry after it touches nobody") {
  if (is_skipped()) return;
  const int own = niceness_of(0);
  StepBack back;
  begin(back);
  int inside = 0, after = 0, later = 0;
  std::thread([&] {
    {
      const StepBack::Stretch stretch(back);
      inside = niceness_of(0);
    }
    after = niceness_of(0);
    ::setpriority(PRIO_PROCESS, 0, own + 1);
    back.hurry();
    later = niceness_of(0);
  }).join();
  CHECK(inside == 19);
  CHECK(after == own);
  CHECK(later == own + 1);
}

TEST_CASE("nobody steps back who is hurried, late, or may not") {
  if (is_skipped()) return;
  const int own = niceness_of(0);
  const auto stays = [own](StepBack& back) {
    work_while(back, [own](int worker) { CHECK(niceness_of(worker) == own); });
  };
  StepBack hurried;
  hurried.hurry();
  begin(hurried);
  hurried.hurry();
  stays(hurried);
  StepBack late;
  begin(late);
  late.begin_batch(kDone, kDurable, kBegin + StepBack::kLagMax + milliseconds(1), true);
  stays(late);
  StepBack first;  // how late it is nobody knows yet
  first.begin_batch(kDone, kDurable, kBegin, true);
  stays(first);
  StepBack large;
  begin(large);
  large.begin_batch(kDone, kDurable, kBegin, false);
  stays(large);
  StepBack done;
  begin(done);
  done.stay();
  stays(done);
}

TEST_CASE("a hurry holds until what was durable then is applied") {
  StepBack back;
  back.hurry();
  back.begin_batch({0}, {100}, kBegin, true);
  CHECK_FALSE(back.is_hurried());
  back.end_batch({50});
  CHECK(back.is_hurried());
  back.begin_batch({50}, {120}, kBegin, true);
  back.end_batch({120});
  CHECK_FALSE(back.is_hurried());
}

TEST_CASE("hurries from everywhere leave no thread behind") {
  if (is_skipped()) return;
  StepBack back;
  std::atomic<bool> is_over = false;
  std::thread hurrier([&] {
    while (!is_over) {
      back.hurry();
      std::this_thread::yield();
    }
  });
  const int own = niceness_of(0);
  int stepped = 0, left_behind = 0;
  std::thread([&] {
    for (int i = 0; i < 20'000; ++i) {
      begin(back);
      {
        const StepBack::Stretch stretch(back);
        stepped += niceness_of(0) == 19 ? 1 : 0;
      }
      left_behind += niceness_of(0) == own ? 0 : 1;
    }
  }).join();
  is_over = true;
  hurrier.join();
  CHECK(stepped > 0);
  CHECK(left_behind == 0);
}

TEST_CASE("a lag is at least as old as the first position that is not reached") {
  LagWatch lag;
  const auto look = [&](std::uint64_t applied, std::uint64_t durable, int ms) {
    return lag.look({applied}, {durable}, kBegin + milliseconds(ms)) / milliseconds(1);
  };
  CHECK(look(5, 5, 0) == 0);
  CHECK(look(5, 9, 10) == 10);   // 9 may have come right after the look before
  CHECK(look(6, 20, 30) == 30);  // it still waits
  CHECK(look(9, 20, 50) == 40);  // 20 may have come since 10
  CHECK(look(20, 20, 60) == 0);
  CHECK(look(20, 99, 5'060) ==
        5'000);  // a batch of five seconds is late, though all that was durable at its begin is done
  for (std::uint64_t at = 0; at < 2 * LagWatch::kSamplesMax; ++at) look(20, 100 + at, 5'100);
  CHECK(look(20, 1'000'000, 5'400) == 5'340);
}
