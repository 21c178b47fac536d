#include "engine/base/step_back.h"

#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "engine/base/processors.h"

namespace hansard::base {

namespace {
constexpr int kLowest = 19;

bool set_niceness(int thread, int niceness) {
  return ::setpriority(PRIO_PROCESS, static_cast<id_t>(thread), niceness) == 0;
}

int own_niceness() { return ::getpriority(PRIO_PROCESS, 0); }

// On a thread of its own, which need not come back.
bool comes_back() {
  bool came = false;
  std::thread([&came] {
    const int before = own_niceness();
    came = set_niceness(::gettid(), kLowest) && set_niceness(::gettid(), before);
  }).join();
  return came;
}
}  // namespace

bool StepBack::is_possible() {
  static const bool possible = comes_back();
  return possible;
}

void StepBack::hurry() {
  is_hurried_ = true;
  come_forward();
}

void StepBack::begin_batch(Position applied, Position durable, MonotonicTime now, bool may) {
  was_hurried_ = is_hurried_.exchange(false);
  wanted_ = durable;
  const bool is_late = lag_.look(applied, durable, now) > kLagMax;
  may_ = may && !was_hurried_ && !is_late;
}

// Whoever waited may want what takes another batch.
void StepBack::end_batch(Position applied) {
  if (was_hurried_ && applied < wanted_) hurry();
}

// Whoever hurries either finds the thread back here, or is found hurrying by it.
void StepBack::go_back() {
  if (!may_ || is_hurried_) return;
  if (thread_ == 0) {
    niceness_ = own_niceness();
    thread_ = ::gettid();
  }
  has_stepped_ = true;
  keep_off_free_processor(thread_);
  if (is_possible()) set_niceness(thread_, kLowest);
  is_back_ = true;
  if (is_hurried_) come_forward();
}

void StepBack::come_forward() {
  if (is_back_.exchange(false)) restore();
}

void StepBack::restore() {
  if (is_possible()) set_niceness(thread_, niceness_);
  run_anywhere(thread_);
}

// By itself, also where somebody who hurries is about to: he may have lost his core on the way.
void StepBack::end_stretch() {
  is_back_ = false;
  if (has_stepped_) restore();
  has_stepped_ = false;
}

}  // namespace hansard::base
