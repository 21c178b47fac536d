// Taking words out of the bytes of the file. A removal leaves them in FTS5's older segments and in the write-ahead log;
// merging every segment of a shelf into one drops them, secure_delete and secure_vfs.h overwrite where they stood, and
// at the end the write-ahead log is emptied and the cache is let go.
#include "projections/search/index_file.h"

namespace hansard::search {

namespace {
// Pages of index written per slice: a few milliseconds beside the batches.
constexpr int kMergePages = 64;
constexpr int kVacuumPages = 256;
}  // namespace

base::Result<void> IndexFile::note_unscrubbed(Shelf shelf) {
  auto [known, is_new] = unscrubbed_.emplace(shelf, false);
  known->second = false;
  if (!is_new) return base::success();
  return connection_.run("INSERT OR IGNORE INTO unscrubbed VALUES (" + std::to_string(shelf) + ")");
}

// FTS5's 'merge' with a negative size first schedules all segments, whatever their level; positive sizes go on with
// it. Fewer than two changed rows mean there was nothing left to merge (fts5.html section 6.8).
base::Result<bool> IndexFile::merge_some(Shelf shelf) {
  bool& has_begun = unscrubbed_[shelf];
  TRY(auto before, connection_.integer("SELECT total_changes()"));
  std::string table = shelf_table(shelf);
  TRY(connection_.run("INSERT INTO " + table + "(" + table + ", rank) VALUES ('merge', " +
                      std::to_string(has_begun ? kMergePages : -kMergePages) + ")"));
  has_begun = true;
  TRY(auto after, connection_.integer("SELECT total_changes()"));
  return after - before < 2;
}

base::Result<bool> IndexFile::scrub_some() {
  if (unscrubbed_.empty()) return true;
  Shelf shelf = unscrubbed_.begin()->first;
  TRY(auto merged, merge_some(shelf));
  if (!merged) return false;
  TRY(connection_.run("PRAGMA incremental_vacuum(" + std::to_string(kVacuumPages) + ")"));
  TRY(auto emptied, connection_.empty_wal());
  if (!emptied) return false;  // a reader is on it; the next slice tries again
  connection_.forget_pages();
  TRY(connection_.run("DELETE FROM unscrubbed WHERE shelf = " + std::to_string(shelf)));
  unscrubbed_.erase(shelf);
  return unscrubbed_.empty();
}

}  // namespace hansard::search
