// Work in the processor time that nobody else wants: on a thread of the scheduling policy SCHED_IDLE (sched(7)), which
// gives way at once to whoever wakes up, where one of low priority would run on to the end of its slice (milliseconds).
//
// On a machine without spare time such work would hardly go on at all. So it is watched how long it was kept waiting:
// after work that waited kStarved times as long as it ran, what comes is done on the caller's thread for kPause.
//
// Thread: one caller at a time, who waits; the thread is its own, begun with the first work. No exception may leave
// the work.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "engine/base/clock.h"

namespace hansard::base {

class SpareTime {
 public:
  static constexpr unsigned kStarved = 20;
  static constexpr std::chrono::milliseconds kWaitedMin{50};  // a shorter wait starves nobody
  static constexpr std::chrono::seconds kPause{30};
  static constexpr std::chrono::microseconds kSlice{100};

  // `name`: of the thread, as begin_thread takes it.
  explicit SpareTime(std::string name) : name_(std::move(name)) {}
  ~SpareTime();
  // For the work to call every few dozen microseconds: yields the core where kSlice has passed since the last time,
  // and says so; elsewhere than in spare time nothing. Without it others wait for the next tick of the scheduler (4 ms
  // at 250 Hz) when they have just had more than their share, which counts also against threads of SCHED_IDLE.
  static bool give_way();
  // Returns when `work` is done. `now`: of one clock at all calls.
  void run(MonotonicTime now, const std::function<void()>& work);

 private:
  void serve();
  bool was_starved(const std::function<void()>& work) const;

  const std::string name_;
  MonotonicTime resumes_at_{};
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;
  bool was_starved_ = false;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace hansard::base
