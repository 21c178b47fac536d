// When kept command ids are forgotten: those of days before `kept_from`. That day moves on by one at a time, after the
// process has been up for 24 h since the last move, and only while it is more than `days_kept` behind the clock. So ids
// are kept for at least `days_kept` days, a clock that jumps drops nothing early, and a node that is often restarted
// keeps them longer than it must.
//
// The day stands in the log's meta: a rebuilt index forgets what the one before had forgotten.
// Thread: the sequencer's.
#pragma once

#include <cstdint>

#include "engine/base/clock.h"
#include "engine/event_reader.h"
#include "engine/log/event_log.h"

namespace hansard::engine {

class CommandExpiry {
 public:
  static base::Result<CommandExpiry> open(log::EventLog& log, std::uint32_t days_kept, base::MonotonicTime now);

  std::uint32_t kept_from() const { return kept_from_; }
  // True when `kept_from` has moved, and is durable. `time` is the log's.
  bool advance(base::MonotonicTime now, base::Timestamp time, const EventReader& events);

 private:
  CommandExpiry(log::EventLog& log, std::uint32_t days_kept, base::MonotonicTime now, std::uint32_t kept_from)
      : log_(&log), days_kept_(days_kept), moved_(now), kept_from_(kept_from) {}

  log::EventLog* log_;
  std::uint32_t days_kept_;
  base::MonotonicTime moved_;
  std::uint32_t kept_from_;  // days since the epoch; 0: has never moved
};

}  // namespace hansard::engine
