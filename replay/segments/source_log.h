// The log an export reads: a stopped server's data folder, or a running one's, opened without writing a byte.
//
// Beside a running server it ends at what is known to be durable (log::open_durable_log).
//
// Thread: any.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/log/event_log.h"
#include "engine/log/folder_lock.h"
#include "replay/segments/segment_bytes.h"

namespace hansard::segments {

struct SourceLog {
  std::unique_ptr<log::EventLog> log;
  ClusterId cluster{};
  Position end;          // the last position that may be read
  bool at_rest = false;  // no process had the folder when it was opened
};

// Errors: not_found when `data_folder` holds no log; as log::open_rocks_log_read_only.
Result<SourceLog> open_source(const std::string& data_folder);

// The lock of the folder, while which is held nobody writes, if its log is still the one of `source` and ends where
// that ended. Nothing: somebody has the folder, or had it meanwhile and wrote.
std::optional<log::FolderLock> lock_unchanged(const std::string& data_folder, const SourceLog& source);

// The first position whose time is at or after `time`; end + 1 when there is none. The log's time never goes back.
Result<Position> first_at_or_after(const SourceLog& source, base::Timestamp time);
// The last position whose time is at or before `time`; 0 when there is none.
Result<Position> last_at_or_before(const SourceLog& source, base::Timestamp time);

}  // namespace hansard::segments
