// Plays events into something else: a reader, and lanes that put them into sinks side by side. Events of one lane
// (conversation) keep their order; between lanes there is none.
//
// Invariant: the position kept is below every event a receiver has not taken. A sink that confirms at the end moves it
// there alone, and only when every sink has finished in order.
// Thread: run from one; ask_to_stop from any, also from a signal handler's thread.
// Limits: options.lanes threads, kWaitingMax events waiting in all.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "replay/play_cursor.h"
#include "replay/play_sink.h"
#include "replay/play_source.h"

namespace hansard::replay {

struct PlayOptions {
  std::size_t lanes = 1;
  double speed = 0;  // times the log's own; 0: as fast as the receiver takes them
  bool quiet = false;
};

struct PlayReport {
  std::uint64_t events = 0;
  std::uint64_t repeats = 0;
  std::string position;  // everything up to it was taken or filtered
  bool was_interrupted = false;
  double seconds = 0;
};

using OpenSink = std::function<base::Result<std::unique_ptr<PlaySink>>()>;

// `stop` may become true at any time: what is under way ends, the cursor is stored. An error of a sink or the source
// ends it the same way.
base::Result<PlayReport> play(PlaySource& source, const OpenSink& open_sink, PlayCursor& cursor,
                              const PlayOptions& options, const std::atomic<bool>& stop);

}  // namespace hansard::replay
