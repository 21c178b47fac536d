#include "engine/base/work_watch.h"

#include <cstdint>
#include <ctime>
#include <fstream>

namespace hansard::base {

ThreadShare thread_share() {
  std::int64_t ran_ns = 0, waited_ns = 0;
  std::ifstream("/proc/thread-self/schedstat") >> ran_ns >> waited_ns;
  return {std::chrono::nanoseconds(ran_ns), std::chrono::nanoseconds(waited_ns)};
}

std::chrono::nanoseconds thread_cpu_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

void WorkWatch::start() {
  waited_ = thread_share().waited;
  started_ = system_clock().monotonic();
}

std::chrono::nanoseconds WorkWatch::read() const {
  const std::chrono::nanoseconds took = system_clock().monotonic() - started_;
  return took - (thread_share().waited - waited_);
}

}  // namespace hansard::base
