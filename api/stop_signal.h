// SIGTERM and SIGINT as something to wait for, SIGHUP where there is something to read again, and the deadline of what
// follows a stop.
//
// Thread: made on the main thread before any other thread, so that all inherit the blocked signals.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace hansard::api {

class StopSignals {
 public:
  // Blocks both for the whole process, and ignores SIGPIPE: a broken connection is an error code.
  StopSignals();
  // From now on SIGHUP reads again instead of ending the process. Before any other thread is made.
  void hear_hangup();
  // Returns the number of the signal to stop at; calls `on_hangup` for each SIGHUP before it.
  int wait(const std::function<void()>& on_hangup) const;

 private:
  bool hears_hangup_ = false;
};

// Ends the process with a failure when it is not destroyed before `deadline`, or when a second signal comes. Nothing
// acknowledged is lost by that: the next start recovers.
class StopDeadline {
 public:
  explicit StopDeadline(std::chrono::milliseconds deadline);
  ~StopDeadline();

 private:
  std::thread watcher_;
};

}  // namespace hansard::api
