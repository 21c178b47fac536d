// How long work takes, without the time in which it waited for a core: of work in spare time that may be most of it.
//
// Thread: start and read on the one that works.
#pragma once

#include <chrono>

#include "engine/base/clock.h"

namespace hansard::base {

// Of the calling thread since it began (proc(5), schedstat); zeros where the kernel does not count.
struct ThreadShare {
  std::chrono::nanoseconds ran{}, waited{};
};
ThreadShare thread_share();

// Processor time of the calling thread.
std::chrono::nanoseconds thread_cpu_time();

class WorkWatch {
 public:
  void start();
  std::chrono::nanoseconds read() const;

 private:
  MonotonicTime started_{};
  std::chrono::nanoseconds waited_{};
};

}  // namespace hansard::base
