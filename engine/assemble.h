// How an engine is put together from a log, wherever the log comes from: the RocksDB log in the product, a log in
// memory behind the same seam in most tests.
//
// Thread: any, once; it starts the threads of what it puts together.
#pragma once

#include <memory>

#include "engine/engine.h"
#include "engine/index/row_store.h"
#include "engine/keys.h"
#include "engine/log/event_log.h"
#include "engine/log/typing_lane.h"

namespace hansard::engine {

struct Storage {
  std::unique_ptr<log::EventLog> log;
  std::unique_ptr<log::TypingLane> typing;
  log::OpenReport report;
  // Nothing: RocksDB in options.data_folder.
  std::unique_ptr<KeyTable> keys = nullptr;
  std::unique_ptr<index::RowStore> rows = nullptr;
  // False: nothing runs by itself; whoever made the engine calls LocalEngine::step, as a simulation does.
  bool has_threads = true;
};

// Opens keys and index in options.data_folder, brings the index up to the log, warms the tail, appends the loss event
// where a loss was accepted, and starts the sequencer (unless storage.has_threads is false). `clock` outlives the
// engine.
Result<std::unique_ptr<Engine>> assemble(const Options& options, base::Clock& clock, Storage storage);

}  // namespace hansard::engine
