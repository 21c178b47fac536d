// What engine::Metrics is a snapshot of.
//
// Thread: written by the sequencer, read from any.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/histogram.h"

namespace hansard::engine {

struct Counters {
  std::atomic<std::uint64_t> commits = 0, commands = 0, events = 0, rejections = 0, replays = 0;
  Histogram<kSyncSeconds.size()> sync_seconds{kSyncSeconds};
  Histogram<kCommitEvents.size()> commit_events{kCommitEvents};
  std::atomic<std::uint64_t> sync_ns_max = 0;
};

}  // namespace hansard::engine
