// Events by position, from the tail where it reaches and from the log where it does not.
//
// Thread: any. The log and the tail outlive it.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/base/result.h"
#include "engine/engine.h"
#include "engine/log/event_log.h"
#include "engine/tail.h"

namespace hansard::engine {

class EventReader {
 public:
  EventReader(const log::EventLog& log, const Tail& tail) : log_(log), tail_(tail) {}

  // Up to `events_max` events after `after` and at or below `durable`, in order; a read from the log may be cut short
  // by its byte limit. Errors: io, corrupt, and unsupported for a record of a newer format.
  Result<std::vector<EventPtr>> read(Position after, std::size_t events_max, Position durable) const;
  // `at` is durable.
  Result<EventPtr> get(Position at) const;

 private:
  Result<std::vector<EventPtr>> read_log(Position from, std::size_t events_max) const;

  const log::EventLog& log_;
  const Tail& tail_;
};

}  // namespace hansard::engine
