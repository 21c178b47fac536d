#include "projections/rebuild_pace.h"

#include <algorithm>

namespace hansard::projections {

void RebuildPace::look(base::Position applied, base::MonotonicTime now) {
  base::Position durable = engine_.durable();
  is_busy_ = durable != seen_;
  seen_ = durable;
  bool is_pressed =
      engine_.metrics().queue_depth > kQueueMax || durable.value - std::min(applied, durable).value > kBehindMax;
  if (is_pressed && pressed_since_ == base::MonotonicTime{}) pressed_since_ = now;
  if (!is_pressed) pressed_since_ = {};
  is_pressed_ = is_pressed && now - pressed_since_ < kWaitMax;
  if (is_pressed && !is_pressed_) pressed_since_ = {};
}

std::chrono::nanoseconds RebuildPace::rest(std::uint64_t events, std::chrono::nanoseconds took) const {
  if (!is_busy_) return std::chrono::nanoseconds{0};
  std::chrono::nanoseconds share{events * 1'000'000'000 / busy_events_per_s_};
  return std::max(share - took, 2 * took);
}

}  // namespace hansard::projections
