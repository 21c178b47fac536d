// Copies of the log's database: of one that is written to, as a RocksDB checkpoint, and of one that nobody has open.
// Tables never change, so a copy has hard links to them where the file system allows it; the rest is small.
//
// Thread: any. The calls block, for as long as a flush and the copying take.
#pragma once

#include <string>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace hansard::log {

using base::Position;
using base::Result;

class Database;
class EventLog;

// A log of its own in `folder` (made; not there yet) that holds everything up to the returned position and opens like
// any other. Appends go on meanwhile. On stable storage on return. `unsupported` for a log that is not this room's own.
Result<Position> copy_log(const EventLog& log, const std::string& folder);

// Its database, whatever is durable.
Result<void> copy_open_database(Database& database, const std::string& folder);

// The same of `data_folder`/log, which no process has open: the caller holds the folder's lock. Nothing in it changes.
Result<void> copy_stopped_database(const std::string& data_folder, const std::string& folder);

// The last position of a copy.
Result<Position> end_of_copy(const std::string& folder);

}  // namespace hansard::log
