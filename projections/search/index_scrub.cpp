// Taking words out of the bytes of the file. A removal leaves them in FTS5's older segments and in the write-ahead log;
// merging every segment of a shelf into one drops them, secure_delete and secure_vfs.h overwrite where they stood, and
// at the end the write-ahead log is emptied and the cache is let go.
#include <algorithm>

#include "projections/search/index_file.h"

namespace hansard::search {

namespace {
// Pages of index written per slice: a few milliseconds beside the batches.
constexpr int kMergePages = 64;
constexpr int kVacuumPages = 256;
}  // namespace

base::Result<void> IndexFile::note_unscrubbed(Shelf shelf) {
  auto [known, is_new] = unscrubbed_.emplace(shelf, Unscrubbed{});
  Unscrubbed& one = known->second;
  if (is_new) one = {state_.position, std::nullopt, false, is_in_round_};
  if (one.has_begun && !one.again) one.again = state_.position;
  if (!is_new) return base::success();
  return connection_.run("INSERT OR IGNORE INTO unscrubbed VALUES (" + std::to_string(shelf) + ")");
}

base::Position IndexFile::scrubbed_through() const {
  base::Position through = state_.position;
  for (const auto& [shelf, one] : unscrubbed_) through = std::min(through, one.clean_through);
  return through;
}

// There is one.
IndexFile::UnscrubbedShelf& IndexFile::next_unscrubbed() {
  const auto is_of_round = [](const UnscrubbedShelf& shelf) { return !shelf.second.waits; };
  auto next = std::ranges::find_if(unscrubbed_, is_of_round);
  if (is_in_round_ && next != unscrubbed_.end()) return *next;
  for (auto& [shelf, one] : unscrubbed_) one.waits = false;
  is_in_round_ = true;
  return *unscrubbed_.begin();
}

// FTS5's 'merge' with a negative size first schedules all segments, whatever their level; positive sizes go on with
// it. Fewer than two changed rows mean there was nothing left to merge (fts5.html section 6.8). What is taken out
// meanwhile stands in segments that were not scheduled: scheduling again would never come to an end.
base::Result<bool> IndexFile::merge_some(UnscrubbedShelf& shelf) {
  bool& has_begun = shelf.second.has_begun;
  TRY(auto before, connection_.integer("SELECT total_changes()"));
  const std::string table = shelf_table(shelf.first);
  TRY(connection_.run("INSERT INTO " + table + "(" + table + ", rank) VALUES ('merge', " +
                      std::to_string(has_begun ? kMergePages : -kMergePages) + ")"));
  has_begun = true;
  TRY(auto after, connection_.integer("SELECT total_changes()"));
  return after - before < 2;
}

base::Result<void> IndexFile::note_merged(UnscrubbedShelf& shelf) {
  Unscrubbed& one = shelf.second;
  if (one.again) {
    one = {*one.again, std::nullopt, false, true};
    return base::success();
  }
  TRY(connection_.run("DELETE FROM unscrubbed WHERE shelf = " + std::to_string(shelf.first)));
  unscrubbed_.erase(shelf.first);
  return base::success();
}

base::Result<bool> IndexFile::scrub_some() {
  if (unscrubbed_.empty()) return true;
  UnscrubbedShelf& shelf = next_unscrubbed();
  TRY(auto merged, merge_some(shelf));
  if (!merged) return false;
  TRY(connection_.run("PRAGMA incremental_vacuum(" + std::to_string(kVacuumPages) + ")"));
  TRY(auto emptied, connection_.empty_wal());
  if (!emptied) return false;  // a reader is on it; the next slice tries again
  connection_.forget_pages();
  TRY(note_merged(shelf));
  is_in_round_ = !std::ranges::all_of(unscrubbed_, [](const UnscrubbedShelf& one) { return one.second.waits; });
  return !is_in_round_;
}

}  // namespace hansard::search
