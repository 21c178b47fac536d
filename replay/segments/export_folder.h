// The folder an export is written into: <out>.partial beside the place where it will stand, with a journal of the files
// that are whole, and renamed to <out> when everything is there. So an interrupted export never looks whole, and the
// same command goes on where it stopped.
//
// The journal is JSON lines: the question first (a manifest without files), then one line for each stretch of the log
// that was read, with its file or none when nothing in it matched. A file in the journal is on stable storage; any
// other file is a torn one and is removed.
//
// Thread: keep and is_kept from any.
// Owns: <out>.partial, locked: two exports into one place are refused.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/log/folder_lock.h"
#include "replay/segments/manifest.h"

namespace hansard::segments {

class ExportFolder {
 public:
  // Begins, or goes on with, `plan`. An interrupted export has its end, set in `plan.to` when `end_is_open`, and the
  // checkpoint its proofs are under; `plan.at_rest` then says that both found the store at rest. Errors: refused (`out`
  // is there already, or the interrupted export asked something else), in_use.
  static Result<std::unique_ptr<ExportFolder>> open(const std::string& out, Manifest& plan, bool end_is_open);
  ~ExportFolder();

  std::string path(const std::string& name) const { return partial_ + "/" + name; }
  // The stretch that begins at `first` was read before; `files` counts those that were there at the start.
  bool is_kept(Position first) const;
  std::uint64_t resumed() const { return resumed_; }
  // `entry`: the file, on stable storage; nothing when no event of the stretch matched.
  Result<void> keep(Position first, const std::optional<FileEntry>& entry);
  // In order of position.
  std::vector<FileEntry> files() const;
  // The manifest, then the name.
  Result<void> finish(const Manifest& manifest);

 private:
  ExportFolder(const std::string& out, log::FolderLock lock);
  Result<void> begin(const Manifest& plan);
  Result<void> resume(std::string_view journal, Manifest& plan, bool end_is_open);
  Result<void> take_over(const Manifest& before, Manifest& plan, bool end_is_open) const;
  Result<void> remove_torn() const;

  const std::string out_, partial_, journal_path_;
  log::FolderLock lock_;
  int journal_ = -1;
  std::uint64_t resumed_ = 0;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::optional<FileEntry>> kept_;  // by the first position of the stretch
};

}  // namespace hansard::segments
