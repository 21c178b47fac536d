// Opening for writing: lock, preflight, decision, and what the decision says. Private to this room: rocks_log.h is the
// door, this one also takes the storage a test wants underneath.
//
// Thread: any, one at a time for a folder; blocks.
#pragma once

#include <memory>
#include <string>

#include "engine/log/preflight.h"
#include "engine/log/stored_log.h"

namespace hansard::log {

// As open_rocks_log.
Result<std::unique_ptr<EventLog>> open_log_on(const std::string& folder, const LogOptions& options,
                                              const StorageSetup& setup, OpenReport& report);

// What a witness keeps of the tree; nothing when it speaks of another log, or of an epoch whose end was given up.
HashedPrefix hashed_in(const WitnessReading& reading, const Identity& identity);

}  // namespace hansard::log
