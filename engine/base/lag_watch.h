// How long something durable has been waiting to be applied, seen from the loop that applies it: a sample of the
// durable position at each look, until it is reached. Events that are new at a look may have become durable right after
// the look before, so their age is counted from that one: an age is rather too high than too low.
//
// Thread: one. Limits: kSamplesMax samples; where there are more to keep, the new ones are dropped.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>

#include "engine/base/clock.h"
#include "engine/base/ids.h"

namespace hansard::base {

class LagWatch {
 public:
  static constexpr std::size_t kSamplesMax = 1'024;

  // The age of the oldest position known to be durable and not applied; zero: all that was seen is. At the first look
  // what is not applied is as old as the clock.
  std::chrono::nanoseconds look(Position applied, Position durable, MonotonicTime now) {
    while (!samples_.empty() && samples_.front().durable <= applied) samples_.pop_front();
    const MonotonicTime before = std::exchange(looked_at_, now);
    const bool is_new = durable > (samples_.empty() ? applied : samples_.back().durable);
    if (is_new && samples_.size() < kSamplesMax) samples_.push_back({durable, before});
    return samples_.empty() ? std::chrono::nanoseconds{0} : now - samples_.front().since;
  }

 private:
  struct Sample {
    Position durable;
    MonotonicTime since;
  };
  std::deque<Sample> samples_;
  MonotonicTime looked_at_{};
};

}  // namespace hansard::base
