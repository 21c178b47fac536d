// How fast a rebuild goes beside live traffic.
//
// - While nobody writes: as fast as it can.
// - While somebody writes: at most busy_events_per_s, and for at most a fifth of the time. It works in pieces of a few
//   milliseconds and rests after each for kRestMin times as long as the piece took.
// - While commands queue up or the views fall behind: not at all. It never stands still for longer than kWaitMax,
//   though, so that it ends under any load.
//
// It also measures what it does to others: the mean sync of a commit while it works, against the mean while it rests.
// When syncs take more than twice as long beside it, its rests double, up to kRestMax times the work; when they take
// less than one and a half times as long, its rests halve again.
//
// Thread: the rebuild's. Used by the rebuilder and by the build of a search index, each with its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/base/clock.h"
#include "engine/engine.h"

namespace hansard::projections {

class RebuildPace {
 public:
  static constexpr std::uint64_t kQueueMax = 256;     // commands waiting for the sequencer
  static constexpr std::uint64_t kBehindMax = 2'000;  // events that the views have yet to apply
  static constexpr std::chrono::seconds kWaitMax{1};
  static constexpr std::chrono::milliseconds kLook{10};
  static constexpr std::chrono::milliseconds kQuiet{500};  // without an event: then nobody writes
  static constexpr std::size_t kIdleBatch = 65'536, kBusyBatch = 12'000;
  static constexpr unsigned kRestMin = 4, kRestMax = 16;  // times the work
  static constexpr std::uint64_t kCommitsCompared = 5;    // fewer say nothing

  RebuildPace(const engine::Engine& engine, std::uint32_t busy_events_per_s)
      : engine_(engine), busy_events_per_s_(busy_events_per_s), seen_(engine.durable()) {}

  // Looks at the traffic since the last call. `applied`: of the view that is furthest behind.
  void look(base::Position applied, base::MonotonicTime now);
  bool is_busy() const { return is_busy_; }
  std::size_t batch_events() const { return is_busy_ ? kBusyBatch : kIdleBatch; }
  // Before the next batch: look again after kLook.
  bool must_wait() const { return is_pressed_; }
  // After a batch of `events` that took so long, breaths included.
  std::chrono::nanoseconds rest(std::uint64_t events, std::chrono::nanoseconds took) const;
  // After a piece of a batch that took so long; nothing while nobody writes.
  std::chrono::nanoseconds breath(std::chrono::nanoseconds took) const;
  // A batch was built: the syncs of others during it are compared with those during the rest before it.
  void worked();

 private:
  // The mean sync of the commits since the last call, in seconds; nothing where there were too few.
  std::optional<double> mean_sync();

  const engine::Engine& engine_;
  const std::uint32_t busy_events_per_s_;
  std::uint64_t commits_ = 0;  // as last seen
  double sync_s_ = 0;
  std::optional<double> resting_sync_;
  unsigned rest_factor_ = kRestMin;
  base::Position seen_;
  bool is_busy_ = false;
  base::MonotonicTime quiet_at_{};
  bool is_pressed_ = false;
  base::MonotonicTime pressed_since_{};
};

}  // namespace hansard::projections
