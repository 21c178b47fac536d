// How an engine is put together from a log, wherever the log comes from: the RocksDB log in the product, a log in
// memory behind the same seam in most tests.
#pragma once

#include <memory>

#include "engine/engine.h"
#include "engine/log/event_log.h"
#include "engine/log/typing_lane.h"

namespace hansard::engine {

struct Storage {
  std::unique_ptr<log::EventLog> log;
  std::unique_ptr<log::TypingLane> typing;
  log::OpenReport report;
};

// Opens keys and index in options.data_folder, brings the index up to the log, warms the tail, appends the loss event
// where a loss was accepted, and starts the sequencer. `clock` outlives the engine.
Result<std::unique_ptr<Engine>> assemble(const Options& options, base::Clock& clock, Storage storage);

}  // namespace hansard::engine
