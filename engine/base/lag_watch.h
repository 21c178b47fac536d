// How long something durable has been waiting to be applied, seen from the loop that applies it: a sample of the
// durable position at each look, until it is reached.
//
// Thread: one. Limits: kSamplesMax samples; where there are more to keep, the new ones are dropped, and the age is that
// of the first as before.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

#include "engine/base/clock.h"
#include "engine/base/ids.h"

namespace hansard::base {

class LagWatch {
 public:
  static constexpr std::size_t kSamplesMax = 1'024;

  // The age of the oldest position known to be durable and not applied; zero: all that was seen is.
  std::chrono::nanoseconds look(Position applied, Position durable, MonotonicTime now) {
    while (!samples_.empty() && samples_.front().durable <= applied) samples_.pop_front();
    const bool is_new = durable > (samples_.empty() ? applied : samples_.back().durable);
    if (is_new && samples_.size() < kSamplesMax) samples_.push_back({durable, now});
    return samples_.empty() ? std::chrono::nanoseconds{0} : now - samples_.front().seen;
  }

 private:
  struct Sample {
    Position durable;
    MonotonicTime seen;
  };
  std::deque<Sample> samples_;
};

}  // namespace hansard::base
