// How fast a rebuild goes beside live traffic: as fast as it can while nobody writes; with somebody writing, at most so
// many events a second and a third of the time, and not at all while commands queue up or the views fall behind (though
// never standing still for longer than kWaitMax, so that it ends under any load).
//
// Thread: the rebuild's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "engine/base/clock.h"
#include "engine/engine.h"

namespace hansard::projections {

class RebuildPace {
 public:
  static constexpr std::uint64_t kQueueMax = 256;     // commands waiting for the sequencer
  static constexpr std::uint64_t kBehindMax = 2'000;  // events that the views have yet to apply
  static constexpr std::chrono::seconds kWaitMax{1};
  static constexpr std::chrono::milliseconds kLook{10};
  static constexpr std::size_t kIdleBatch = 65'536, kBusyBatch = 12'000;

  RebuildPace(const engine::Engine& engine, std::uint32_t busy_events_per_s)
      : engine_(engine), busy_events_per_s_(busy_events_per_s), seen_(engine.durable()) {}

  // Looks at the traffic since the last call. `applied`: of the view that is furthest behind.
  void look(base::Position applied, base::MonotonicTime now);
  std::size_t batch_events() const { return is_busy_ ? kBusyBatch : kIdleBatch; }
  // Before the next batch: look again after kLook.
  bool must_wait() const { return is_pressed_; }
  // After a batch of `events` that took so long.
  std::chrono::nanoseconds rest(std::uint64_t events, std::chrono::nanoseconds took) const;

 private:
  const engine::Engine& engine_;
  const std::uint32_t busy_events_per_s_;
  base::Position seen_;
  bool is_busy_ = false;
  bool is_pressed_ = false;
  base::MonotonicTime pressed_since_{};
};

}  // namespace hansard::projections
