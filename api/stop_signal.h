// SIGTERM and SIGINT as something to wait for, and the deadline of what follows.
//
// Thread: made on the main thread before any other thread, so that all inherit the blocked signals.
#pragma once

#include <chrono>
#include <thread>

namespace hansard::api {

class StopSignals {
 public:
  // Blocks both for the whole process, and ignores SIGPIPE: a broken connection is an error code.
  StopSignals();
  // Returns the signal's number.
  int wait() const;
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
