// Work that somebody may come to wait for, by a thread that lets everybody else go first until then: while nobody
// waits, its niceness is the lowest there is, and who hurries it brings it back at once, also in the middle of a batch.
//
// Coming back needs a right: CAP_SYS_NICE, or an RLIMIT_NICE of 20 and more (setrlimit(2)). Without it nobody steps
// back, since on busy cores a reader would wait for the rest of a batch that hardly goes on.
//
// Invariants: one who stepped back is brought forward by a hurry, or by the end of the stretch; a hurry holds until it
// is taken. In a stretch no lock is held that others take often: who waits for a lock hurries nobody. Thread: `hurry`
// and `is_hurried` from any, also when the worker has ended; the rest from the worker.
#pragma once

#include <atomic>
#include <utility>

namespace hansard::base {

class StepBack {
 public:
  // Whether threads of this process may come forward again; asked of the kernel once.
  static bool is_possible();

  // Somebody waits.
  void hurry();
  bool is_hurried() const { return is_hurried_.load(); }
  // Whether somebody hurried since the last time.
  bool take_hurry() { return is_hurried_.exchange(false); }

  // From now on stretches step back, or not: not where the work is late.
  void allow(bool may) { may_ = may; }

  class Stretch {
   public:
    explicit Stretch(StepBack& of) : of_(of) { of_.go_back(); }
    ~Stretch() { of_.come_forward(); }
    Stretch(const Stretch&) = delete;
    Stretch& operator=(const Stretch&) = delete;

   private:
    StepBack& of_;
  };

 private:
  void go_back();
  void come_forward();

  bool may_ = false;
  std::atomic<bool> is_hurried_ = false;
  std::atomic<bool> is_back_ = false;
  std::atomic<int> thread_ = 0;    // the kernel's id of the worker; 0: it never stepped back
  std::atomic<int> niceness_ = 0;  // to come back to
};

}  // namespace hansard::base
