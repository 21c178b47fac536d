// For the thread of a view, which applies batches that somebody may or may not be waiting for. While nobody waits the
// thread steps back: its niceness is the lowest there is, so everybody else goes first. As soon as somebody waits he
// hurries it, and it has its old niceness again at once, also in the middle of a batch. It does not step back in a
// batch that begins more than kLagMax after its events became durable, nor where the caller says that it may not.
//
// While it is back it also keeps off the processor that is kept free (processors.h), which needs no right.
//
// Raising the priority again needs a right: CAP_SYS_NICE, or an RLIMIT_NICE of 20 (setrlimit(2)). Without it the
// niceness is never lowered, because then a reader on busy cores would have to wait until a batch that hardly gets any
// time is over. Hurries are noted all the same.
//
// Invariants: a thread that stepped back comes forward with a hurry or at the end of the stretch. A hurry holds until
// what was durable when the next batch began is applied. A stretch holds no lock of the tail or of a gate. It may hold
// one of the allocator, a cache or its own database for a moment, and who waits for that one hurries nobody.
// Thread: `hurry` and `is_hurried` from any, also when the worker has ended; the rest from the worker.
#pragma once

#include <atomic>
#include <chrono>

#include "engine/base/lag_watch.h"

namespace hansard::base {

class StepBack {
 public:
  static constexpr std::chrono::milliseconds kLagMax{250};

  // Whether threads of this process may come forward again; asked of the kernel once.
  static bool is_possible();

  // Somebody waits.
  void hurry();
  bool is_hurried() const { return is_hurried_.load(); }

  // Before a batch: whether its stretches step back. `applied`: how far the rearmost has come. `may`: false for a batch
  // so large that nobody should come to wait for it.
  void begin_batch(Position applied, Position durable, MonotonicTime now, bool may);
  // After it.
  void end_batch(Position applied);
  // No stretch steps back any more, until the next batch.
  void stay() { may_ = false; }

  class Stretch {
   public:
    explicit Stretch(StepBack& of) : of_(of) { of_.go_back(); }
    ~Stretch() { of_.end_stretch(); }
    Stretch(const Stretch&) = delete;
    Stretch& operator=(const Stretch&) = delete;

   private:
    StepBack& of_;
  };

 private:
  void go_back();
  void come_forward();
  void restore();
  void end_stretch();

  LagWatch lag_;
  Position wanted_;  // durable when the batch began
  bool was_hurried_ = false;
  bool may_ = false;
  bool has_stepped_ = false;
  std::atomic<bool> is_hurried_ = false;
  std::atomic<bool> is_back_ = false;
  std::atomic<int> thread_ = 0;    // the kernel's id of the worker; 0: it never stepped back
  std::atomic<int> niceness_ = 0;  // to come back to
};

}  // namespace hansard::base
