// A thread that does one thing step by step: it calls `step`, waits until the moment that step named, a position is
// reached, or somebody rings, and calls again.
//
// Thread: its own; start and stop from the owner, ring from any. No exception may leave `step`.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "engine/base/clock.h"
#include "engine/base/position_gate.h"

namespace hansard::base {

// When to call again: at `at`, or earlier when `position` is reached.
struct Wake {
  MonotonicTime at = MonotonicTime::max();
  Position position{};  // 0: none
};

class Loop {
 public:
  // `gate` and `clock` outlive the loop.
  Loop(Clock& clock, PositionGate& gate, std::function<Wake()> step);
  ~Loop();
  void start();
  // Returns when the step under way has ended. Idempotent.
  void stop();
  void ring() { bell_->ring(); }

 private:
  // Outlives the loop in a callback of the gate that comes late.
  struct Bell {
    std::mutex mutex;
    std::condition_variable changed;
    bool rung = false;
    bool stopping = false;
    void ring();
    void stop();
    // False: stopping.
    bool wait_for(std::chrono::nanoseconds most);
  };

  void run();
  bool wait(const Wake& wake);

  Clock& clock_;
  PositionGate& gate_;
  const std::function<Wake()> step_;
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  std::thread thread_;
};

}  // namespace hansard::base
