#include "engine/base/spare_time.h"

#include <sched.h>
#include <unistd.h>

#include "engine/base/processors.h"
#include "engine/base/this_thread.h"
#include "engine/base/work_watch.h"

namespace hansard::base {

namespace {
thread_local bool is_spare = false;
thread_local MonotonicTime last_given{};
}  // namespace

bool SpareTime::give_way() {
  if (!is_spare || system_clock().monotonic() - last_given < kSlice) return false;
  ::sched_yield();
  last_given = system_clock().monotonic();
  return true;
}

SpareTime::~SpareTime() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SpareTime::run(MonotonicTime now, const std::function<void()>& work) {
  if (now < resumes_at_) return work();
  if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
  std::unique_lock lock(mutex_);
  work_ = &work;
  changed_.notify_all();
  changed_.wait(lock, [this] { return work_ == nullptr; });
  if (was_starved_) resumes_at_ = now + kPause;
}

void SpareTime::serve() {
  begin_thread(name_.c_str());
  run_anywhere(::gettid());  // whoever made it may keep off one
  const sched_param none{};
  ::sched_setscheduler(0, SCHED_IDLE, &none);
  is_spare = true;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return work_ != nullptr || is_stopping_; });
    if (is_stopping_) return;
    lock.unlock();
    const bool was_starved = this->was_starved(*work_);
    lock.lock();
    was_starved_ = was_starved;
    work_ = nullptr;
    changed_.notify_all();
  }
}

bool SpareTime::was_starved(const std::function<void()>& work) const {
  const ThreadShare before = thread_share();
  work();
  const ThreadShare after = thread_share();
  const auto waited = after.waited - before.waited;
  return waited > kWaitedMin && waited > kStarved * (after.ran - before.ran);
}

}  // namespace hansard::base
