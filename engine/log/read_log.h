// Opening a log only to read it (open_rocks_log_read_only in rocks_log.h counts everything that is there: for who holds
// the folder's lock, and for copies). This is the way of tools that may stand beside a running server.
//
// RocksDB shows them records that were written and not yet synced, and nothing above the durable position may be told
// (I4): so beside a server the log ends at what the tail witness says was durable. That is written once a second; the
// call waits for it to reach what the log held when it was opened. A folder without a server is locked while it is
// opened, and counts whole.
//
// Thread: any. Nothing on disk changes.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "engine/log/rocks_log.h"

namespace hansard::log {

struct DurableLog {
  std::unique_ptr<EventLog> log;
  bool at_rest = false;  // no process had the folder when it was opened
};

inline constexpr std::chrono::milliseconds kWitnessPatience{2'000};

// Waits at most `patience`, and ends where the witness says then. Errors: as open_rocks_log_read_only.
Result<DurableLog> open_durable_log(const std::string& folder, std::chrono::milliseconds patience = kWitnessPatience);

}  // namespace hansard::log
