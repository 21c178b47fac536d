#include "engine/log/database.h"

#include <algorithm>
#include <limits>

#include <rocksdb/cache.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "engine/base/database_env.h"
#include "engine/base/database_options.h"
#include "engine/base/leftover_files.h"
#include "engine/base/one_line.h"
#include "engine/base/stop_process.h"
#include "engine/log/keys.h"

namespace hansard::log {

namespace {
// A process may hold 20,000 descriptors in all; sockets need most of them.
constexpr int kOpenFilesMax = 1'000;

rocksdb::DBOptions database_options(Database::Mode mode, const LogOptions& options, const StorageSetup& setup) {
  rocksdb::DBOptions db = base::database_options();
  db.env = setup.env;
  db.listeners.push_back(base::merges_go_behind());
  db.create_if_missing = db.create_missing_column_families = db.error_if_exists = mode == Database::Mode::create;
  db.paranoid_checks = true;
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  db.max_total_wal_size = options.wal_bytes_max;
  db.recycle_log_file_num = 0;
  db.enable_pipelined_write = db.unordered_write = db.manual_wal_flush = false;
  db.max_open_files = kOpenFilesMax;
  db.bytes_per_sync = 1u << 20;
  return db;
}

rocksdb::ColumnFamilyOptions events_options(const LogOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.block_size = 16u << 10;
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.compression = rocksdb::kLZ4Compression;
  family.bottommost_compression = rocksdb::kDisableCompressionOption;  // the same codec there too
  family.write_buffer_size = options.write_buffer_bytes;
  family.max_write_buffer_number = 8;
  // Keys of a partition only rise: the memtable goes on where it inserted last instead of searching from the top.
  family.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(sizeof(PartitionId)));
  family.target_file_size_base = 256u << 20;
  family.max_bytes_for_level_base = 1u << 30;
  family.level_compaction_dynamic_level_bytes = true;
  family.level0_slowdown_writes_trigger = 1'000;
  family.level0_stop_writes_trigger = 2'000;
  family.soft_pending_compaction_bytes_limit = family.hard_pending_compaction_bytes_limit = 0;  // no limit
  return family;
}

constexpr char kMetaPurged[] = "purged";  // how often something was taken off the disk

rocksdb::ColumnFamilyOptions small_options() {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = 1u << 20;
  return family;
}
}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& folder, Mode mode, const LogOptions& options,
                                                 const StorageSetup& setup) {
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{{rocksdb::kDefaultColumnFamilyName, small_options()},
                                                              {"events", events_options(options)},
                                                              {"meta", small_options()}};
  std::unique_ptr<Database> database(new Database);
  if (mode != Mode::read_only) {
    TRY(auto seal, base::FolderSeal::lift(folder));
    database->seal_ = std::move(seal);
  }
  rocksdb::DBOptions db_options = database_options(mode, options, setup);
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = mode == Mode::read_only
                               ? rocksdb::DB::OpenForReadOnly(db_options, folder, families, &database->handles_, &db)
                               : rocksdb::DB::Open(db_options, folder, families, &database->handles_, &db);
  if (status.IsNoSpace()) return storage_error("there must be free space to open the event log in " + folder, status);
  if (!status.ok()) return storage_error("cannot open the event log in " + folder, status);
  database->db_.reset(db);
  return database;
}

rocksdb::Options Database::events_table_options(const LogOptions& options) {
  return {database_options(Mode::create, options, StorageSetup{}), events_options(options)};
}

Database::~Database() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

Result<Position> Database::last_position(PartitionId partition) const {
  constexpr Position kHighest{std::numeric_limits<std::uint64_t>::max()};
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, events()));
  it->SeekForPrev(EventKey(partition, kHighest).view());
  if (!it->status().ok()) return storage_error("cannot find the end of the event log", it->status());
  if (!it->Valid() || it->key().compare(EventKey(partition, {}).view()) < 0) return Position{};
  return position_in(it->key().ToStringView());
}

Result<std::string> Database::meta_value(std::string_view name) const {
  std::string value;
  rocksdb::Status status = db_->Get({}, meta(), name, &value);
  if (!status.ok()) return storage_error("cannot read " + std::string(name) + " of the event log", status);
  return value;
}

Result<std::vector<std::string>> Database::rewrite(std::string_view mark, std::string_view first,
                                                   std::string_view last) {
  rocksdb::WriteOptions write;
  write.sync = true;
  rocksdb::Status status = db_->Put(write, meta(), kMetaPurged, mark);
  if (!status.ok()) base::stop_process({"a write to the event log's meta failed", db_->GetName(), status.ToString()});
  TRY(auto replaced, base::files_in(db_->GetName(), {".log"}));
  status = db_->Flush({}, handles_);
  if (!status.ok()) return storage_error("cannot flush the event log", status);
  rocksdb::CompactRangeOptions how;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  how.exclusive_manual_compaction = false;  // others go on beside it
  const rocksdb::Slice from(first), to(last);
  status = db_->CompactRange(how, events(), &from, &to);
  if (!status.ok()) return storage_error("cannot rewrite a range of the event log", status);
  // Only now: another compaction may have made one meanwhile, which this one replaced.
  TRY(auto tables, base::files_in(db_->GetName(), {".sst"}));
  TRY(remove_live(tables));
  replaced.insert(replaced.end(), tables.begin(), tables.end());
  return replaced;
}

Result<void> Database::remove_live(std::vector<std::string>& names) {
  std::vector<std::string> live;
  std::uint64_t manifest_bytes = 0;
  const rocksdb::Status status = db_->GetLiveFiles(live, &manifest_bytes, false);
  if (!status.ok()) return storage_error("cannot list the files of the event log", status);
  base::remove_live(names, live);
  return base::success();
}

// Disabling and enabling is what makes RocksDB look for obsolete files, here and now; whoever else keeps them (a
// backup) still does so afterwards.
Result<bool> Database::remove_obsolete(std::vector<std::string>& names) {
  rocksdb::Status status = db_->DisableFileDeletions();
  if (status.ok()) status = db_->EnableFileDeletions(false);
  if (!status.ok()) return storage_error("cannot remove old files of the event log", status);
  TRY(remove_live(names));
  return base::are_gone(db_->GetName(), names);
}

base::Error storage_error(const std::string& what, const rocksdb::Status& status) {
  base::ErrorCode code = base::ErrorCode::io;
  if (status.IsNotFound()) code = base::ErrorCode::not_found;
  if (status.IsCorruption()) code = base::ErrorCode::corrupt;
  return base::error(code, what + ": " + base::on_one_line(status.ToString()));
}

}  // namespace hansard::log
