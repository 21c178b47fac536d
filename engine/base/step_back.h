// Batches that somebody may come to wait for, applied by a thread that lets everybody else go first until then: while
// nobody waits, its niceness is the lowest there is, and who hurries it brings it back at once, also in the middle of a
// batch. A batch that begins kLagMax late does not step back, nor does one that is to end before long.
//
// While it is back it also keeps off the processor that is kept free (processors.h), which needs no right.
//
// Coming back needs a right: CAP_SYS_NICE, or an RLIMIT_NICE of 20 (setrlimit(2)). Without it the niceness stays as it
// is, since on busy cores a reader would wait for the rest of a batch that hardly goes on; hurries are noted all the
// same.
//
// Invariants: one who stepped back comes forward by a hurry, or by the end of the stretch; a hurry holds until what was
// durable at the next batch is applied. In a stretch no lock of the tail or of a gate is held. Locks of the allocator,
// of caches and of the stretch's own database are, for moments: who waits for one of those hurries nobody. Thread:
// `hurry` and `is_hurried` from any, also when the worker has ended; the rest from the worker.
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
