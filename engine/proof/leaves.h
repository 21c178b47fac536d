// The leaves of the log: bytes 8 to 151 of each record (docs/LOG_FORMAT.md), in the order of positions. The leaf at
// index i is that of position i + 1. An erasure changes a record outside its leaf, so every leaf stays.
//
// Thread: any; plain functions.
#pragma once

#include <functional>

#include "engine/log/event_log.h"
#include "engine/proof/tile_store.h"

namespace hansard::proof {

// False stops.
using LeafSink = std::function<bool(std::uint64_t index, const Hash& hash)>;

// Hashes the leaves [from, to), reading at most what one read of the log gives; returns the index after the last one.
// Each record is checked first: `corrupt` or `unsupported` names its position.
Result<std::uint64_t> hash_leaves(const log::EventLog& log, std::uint64_t from, std::uint64_t to, const LeafSink& sink);

// Goes on with the tree until it has `to` leaves; what it adds is flushed, not synced. `range` and `tiles` have the
// same size before and after.
Result<void> extend(const log::EventLog& log, std::uint64_t to, CompactRange& range, TileStore& tiles);

}  // namespace hansard::proof
