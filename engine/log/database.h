// The RocksDB under the log: its settings, its families and the order in which it is taken apart. Private to this
// room; the rest of the house sees event_log.h.
//
// Invariants: WAL on; one codec on every level of `events`, so that increasing keys compact by trivial moves; no blob
// files; stall triggers raised, so that an append never waits for compaction; handles are destroyed before the
// database (Debian's build asserts it).
// Thread: as RocksDB: any.
// Source: docs/LOG_FORMAT.md, "Files on disk"; RocksDB 7.8.3.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "engine/base/folder_seal.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/log/rocks_log.h"
#include "engine/log/wal_room.h"

namespace hansard::log {

// What a test replaces to prove that the sync is real; the product uses the defaults.
struct StorageSetup {
  rocksdb::Env* env = env_with_room();
  bool sync_appends = true;
};

class Database {
 public:
  enum class Mode { create, existing, read_only };

  // `create` wants a folder without a database, the others one with; `read_only` writes nothing at all.
  static Result<std::unique_ptr<Database>> open(const std::string& folder, Mode mode, const LogOptions& options,
                                                const StorageSetup& setup);
  // How a table of the events family is written outside the database, to be ingested.
  static rocksdb::Options events_table_options(const LogOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& db() { return *db_; }
  rocksdb::ColumnFamilyHandle* events() const { return handles_[1]; }
  rocksdb::ColumnFamilyHandle* meta() const { return handles_[2]; }

  // Writes `mark` into `meta`, so that there is something to flush; flushes every family, which ends the WAL so far;
  // and rewrites the tables with events from `first` to `last` down to the last level, so that only the newest version
  // of each is in a live file. Answers the names of the files that must go, or become live: a table may be in the
  // making.
  Result<std::vector<std::string>> rewrite(std::string_view mark, std::string_view first, std::string_view last);
  // Removes obsolete files now, but for those that somebody else still keeps, and from `names` those that are gone or
  // live. True when none is left.
  Result<bool> remove_obsolete(std::vector<std::string>& names);

  // 0 when the partition is empty.
  Result<Position> last_position(PartitionId partition) const;
  Result<std::string> meta_value(std::string_view name) const;

 private:
  Database() = default;
  Result<void> remove_live(std::vector<std::string>& names);

  std::optional<base::FolderSeal> seal_;  // put back once the database is closed; none for one that only reads
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;  // default, events, meta
};

// `what` begins the sentence: "cannot read position 7: <status>".
base::Error storage_error(const std::string& what, const rocksdb::Status& status);

}  // namespace hansard::log
