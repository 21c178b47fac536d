// One backup: a copy of the log with its tail witness, the attachments, and a manifest, in a folder of its own.
//
//   <backup>/log/ log.witness files/ manifest.json       and keys/ only where it is asked for
//
// Made beside (<backup>.partial) and renamed, the manifest last: an interrupted one never looks whole. The log is
// copied first and the attachments after it, as the bytes of an attachment are there before its event is. What is
// derived (index, views, search) is not in it, nor are keys: destroying a user's secret must not be undone by a copy.
//
// Thread: any; blocks for as long as the copying takes.
#pragma once

#include <functional>
#include <string>

#include "engine/backup/backup_manifest.h"
#include "engine/base/clock.h"

namespace hansard::backup {

struct BackupRequest {
  std::string data;  // the data folder
  std::string out;   // the backup's folder: made, not there yet
  bool at_rest = false;
  bool with_keys = false;  // only of a store that is at rest
  // Copies the log into a folder and answers with the last position that may be told.
  std::function<Result<Position>(const std::string& folder)> copy_log;
  // Asked before the log is copied, which is one step, and then before each file; no ends it with shutting_down.
  // Nothing: to the end.
  std::function<bool()> goes_on = {};
};

// Errors, after which nothing is left of it: refused (`out` is there, or inside the data folder), disk_full, io,
// shutting_down.
Result<BackupManifest> make_backup(const BackupRequest& request, base::Clock& clock);

// Of a data folder that no process has open, which stays locked meanwhile. `in_use` otherwise.
Result<BackupManifest> make_offline_backup(const std::string& data, const std::string& out, bool with_keys,
                                           base::Clock& clock);

// Links or copies every file below `from` to the same name below `to`, leaving `except` out; counts files and bytes.
struct Copied {
  std::uint64_t files = 0, bytes = 0;
};
Result<Copied> link_tree(const std::string& from, const std::string& to, const std::string& except = "");
// Copies all, for files that change in place. Both are on stable storage on return.
Result<Copied> copy_tree(const std::string& from, const std::string& to);

}  // namespace hansard::backup
