// A batch of the log for a fold: as many events as are wanted, however many reads that takes.
//
// Thread: any.
#pragma once

#include <vector>

#include "engine/base/result.h"
#include "engine/engine.h"

namespace hansard::projections {

// The events after `after` up to `last`, at most `events_max`; at least one where after < last <= durable.
base::Result<std::vector<engine::EventPtr>> read_events(const engine::Engine& engine, base::Position after,
                                                        base::Position last, std::size_t events_max);

}  // namespace hansard::projections
