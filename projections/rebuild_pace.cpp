#include "projections/rebuild_pace.h"

#include <algorithm>
#include <utility>

namespace hansard::projections {

void RebuildPace::look(base::Position applied, base::MonotonicTime now) {
  if (auto sync = mean_sync()) resting_sync_ = sync;
  base::Position durable = engine_.durable();
  if (durable != seen_) quiet_at_ = now + kQuiet;
  seen_ = durable;
  is_busy_ = now < quiet_at_;
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
  return std::max(share - took, std::chrono::nanoseconds{0});
}

std::chrono::nanoseconds RebuildPace::breath(std::chrono::nanoseconds took) const {
  return is_busy_ ? rest_factor_ * took : std::chrono::nanoseconds{0};
}

void RebuildPace::worked() {
  const auto working = mean_sync();
  if (!working || !resting_sync_) return;
  if (*working > 2 * *resting_sync_) {
    rest_factor_ = std::min(kRestMax, 2 * rest_factor_);
  } else if (2 * *working < 3 * *resting_sync_) {
    rest_factor_ = std::max(kRestMin, rest_factor_ / 2);
  }
}

std::optional<double> RebuildPace::mean_sync() {
  const engine::Metrics now = engine_.metrics();
  const std::uint64_t commits = now.commits - std::exchange(commits_, now.commits);
  const double sync_s = now.sync_seconds.sum - std::exchange(sync_s_, now.sync_seconds.sum);
  if (commits < kCommitsCompared) return std::nullopt;
  return sync_s / static_cast<double>(commits);
}

}  // namespace hansard::projections
