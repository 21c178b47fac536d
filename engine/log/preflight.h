// Looks at a data folder before anything is opened for writing, and writes nothing: RocksDB's own open would flush and
// delete a damaged WAL before anyone could look at it. Opens the database read-only, checks that positions are dense
// to the end, reads the WAL itself (wal_scan.h) and holds the end against the tail witness.
//
// Cost: the WAL is replayed into memory once (at most wal_bytes_max), one property block per table and the newest
// 65,536 events are read; of a log whose end cannot be kept, everything before it.
// Thread: opening only, with the folder locked.
#pragma once

#include <optional>
#include <string>

#include "engine/log/database.h"
#include "engine/log/identity.h"
#include "engine/log/recovery.h"
#include "engine/log/witness.h"

namespace hansard::log {

// Where the parts of a log are below the data folder.
struct LogPaths {
  explicit LogPaths(const std::string& data)
      : folder(data), database(data + "/log"), fresh(data + "/log.new"), witness(data + "/log.witness") {}
  std::string folder, database;
  std::string fresh;  // a database being made; renamed to `database` when it is whole
  std::string witness;
};

struct Preflight {
  Observation seen;
  Decision decision;
  WitnessReading witness;
  std::optional<Identity> identity;  // when there is a readable log
  Position end;                      // the last position found
  Position intact_end;               // the last before the first gap or unreadable block
  std::string detail;                // what RocksDB said when it could not open
};

// Errors: io when the operating system does not let us look. Damage is an observation, not an error.
Result<Preflight> inspect(const LogPaths& paths, const LogOptions& options, const StorageSetup& setup);

}  // namespace hansard::log
