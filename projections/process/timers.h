// What happens because time has passed: process managers (docs/adr/0014-timers-propose.md). A timer finds what is due
// in the views or the log and submits commands; the rules look again. It keeps nothing that a rebuild of a view could
// bring back.
//
// Thread: start and stop from the owner; all timers share one thread of their own.
// Owns: the timers and the thread. Outlived by what the timers work with.
#pragma once

#include <memory>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/loop.h"
#include "engine/base/position_gate.h"

namespace hansard::process {

class Timer {
 public:
  virtual ~Timer() = default;
  // Does a bounded piece of what is due; when to be called again, at the latest. May wait for a group commit.
  virtual base::MonotonicTime step() = 0;
  // After the last step: what it knows becomes durable.
  virtual void close() {}
};

class Timers {
 public:
  Timers(base::Clock& clock, base::PositionGate& gate, std::vector<std::unique_ptr<Timer>> timers);
  ~Timers();
  void start() { loop_.start(); }
  // Idempotent. The engine still answers then.
  void stop();

  // Every timer that is due, once. The loop's body, and for tests.
  base::Wake step();

 private:
  struct Entry {
    std::unique_ptr<Timer> timer;
    base::MonotonicTime due{};
  };
  base::Clock& clock_;
  std::vector<Entry> entries_;
  bool stopped_ = false;
  base::Loop loop_;
};

}  // namespace hansard::process
