#include "engine/base/spare_time.h"

#include <sched.h>

#include <atomic>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using namespace hansard::base;
using std::chrono::milliseconds;

namespace {
constexpr MonotonicTime kBegin{std::chrono::hours(1)};

// Takes so much of the processor, however long that takes.
void burn(milliseconds most) {
  timespec at{};
  const auto used = [&] {
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec);
  };
  for (const auto end = used() + most; used() < end;) {
  }
}

// Threads that leave nothing of the processor.
class Crowd {
 public:
  Crowd() {
    for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency(); ++i) {
      threads_.emplace_back([this] {
        while (!over_) burn(milliseconds(1));
      });
    }
  }
  ~Crowd() {
    over_ = true;
    for (auto& thread : threads_) thread.join();
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

 private:
  std::atomic<bool> over_ = false;
  std::vector<std::thread> threads_;
};

std::thread::id where(SpareTime& spare, MonotonicTime now, milliseconds most = {}) {
  std::thread::id at;
  spare.run(now, [&] {
    burn(most);
    at = std::this_thread::get_id();
  });
  return at;
}
}  // namespace

TEST_CASE("spare time is a thread's that comes after all others, and its caller waits") {
  SpareTime spare("spare");
  int policy = -1;
  for (int i = 0; i < 3; ++i) spare.run(kBegin, [&] { policy = ::sched_getscheduler(0); });
  CHECK(policy == SCHED_IDLE);
  CHECK(::sched_getscheduler(0) == SCHED_OTHER);
  CHECK(where(spare, kBegin) != std::this_thread::get_id());
}

TEST_CASE("where nothing is spare the work goes on, for a while on the caller's thread") {
  SpareTime spare("spare");
  const auto here = std::this_thread::get_id();
  MonotonicTime now = kBegin;
  bool is_here = false;
  {
    Crowd crowd;  // whose threads may not run yet, or leave something while they are moved between processors
    for (int i = 0; i < 20 && !is_here; ++i, now += milliseconds(1)) {
      is_here = where(spare, now, milliseconds(12)) == here;
      CHECK((i > 0 || !is_here));
    }
  }
  CHECK(is_here);
  CHECK(where(spare, now) == here);
  CHECK(where(spare, now + SpareTime::kPause) != here);
}

TEST_CASE("work in spare time gives way once a slice, other work never") {
  SpareTime spare("spare");
  bool first = false, later = false;
  int at_once = 0;
  spare.run(kBegin, [&] {
    first = SpareTime::give_way();
    for (int i = 0; i < 1'000; ++i) at_once += SpareTime::give_way() ? 1 : 0;
    burn(milliseconds(1));
    later = SpareTime::give_way();
  });
  CHECK(first);
  CHECK(at_once < 500);  // it may have been kept waiting meanwhile
  CHECK(later);
  CHECK(!SpareTime::give_way());
}

TEST_CASE("what was never asked for work ends without a thread") { SpareTime spare("spare"); }
