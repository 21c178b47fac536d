// Time to position: `as_of` a time means the last position whose time is at or before it. The time of the log never
// goes back (docs/adr/0008-log-time-never-goes-back.md), so this is a binary search: about log2(durable) reads.
//
// Thread: any; reads the log, so it may touch the disk.
#pragma once

#include <functional>

#include "engine/engine.h"

namespace hansard::engine {

// The time of the event at a position of the log.
using TimeAt = std::function<Result<base::Timestamp>(Position)>;

// Of a log that ends at `end`; 0 where it began later. Errors are those of `time_at`.
Result<Position> last_at_or_before(Position end, const TimeAt& time_at, base::Timestamp time);
// Of what is durable. Errors are those of Engine::get.
Result<Position> last_at_or_before(const Engine& engine, base::Timestamp time);

}  // namespace hansard::engine
