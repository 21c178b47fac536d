#include "engine/index/row_store.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include "engine/base/check.h"
#include "engine/base/database_env.h"
#include "engine/base/database_options.h"
#include "engine/base/file_checksum.h"
#include "engine/base/folder_seal.h"
#include "engine/base/leftover_files.h"
#include "engine/base/one_line.h"
#include "engine/index/index_failure.h"
#include "engine/index/sorted_files.h"

namespace hansard::index {

namespace {
// Given to the disk at once, but for a file's last piece: a commit of the log that comes meanwhile waits for it.
constexpr std::uint64_t kBytesPerSync = 256u << 10;
constexpr char kFoldFiles[] = "fold";
constexpr int kCacheShardBits = 2;  // few threads read, and a shard must hold many blocks

// Drops the command rows of days before the first one kept.
class ExpiryFilter final : public rocksdb::CompactionFilter {
 public:
  explicit ExpiryFilter(std::shared_ptr<const std::atomic<std::uint32_t>> kept_from)
      : kept_from_(std::move(kept_from)) {}

  const char* Name() const override { return "hansard.index.expiry"; }
  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string*, bool*) const override {
    if (key.empty() || key[0] != static_cast<char>(Table::commands)) return false;
    CommandRow row;
    return parse_row({value.data(), value.size()}, row) && row.day < *kept_from_;
  }

 private:
  std::shared_ptr<const std::atomic<std::uint32_t>> kept_from_;
};

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // Filters and indexes in small parts: a whole filter would not fit the cache, and outside of it they have no limit.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.pin_top_level_index_and_filter = true;
  table.format_version = 5;
  return table;
}

struct Database {
  std::optional<base::FolderSeal> seal;
  std::unique_ptr<ExpiryFilter> filter;
  rocksdb::Options options;
  std::unique_ptr<rocksdb::DB> db;
};

class RocksRowStore final : public RowStore {
 public:
  RocksRowStore(std::string folder, std::size_t block_cache_bytes)
      : folder_(std::move(folder)), block_cache_bytes_(block_cache_bytes) {}
  Result<void> open_database();
  bool read_checkpoint();

  std::optional<std::string> get(std::string_view key) const override;
  std::vector<std::optional<std::string>> get(std::span<const std::string_view> keys) const override;
  void for_each_key(std::string_view prefix, const std::function<void(std::string_view)>& use) const override;
  Result<void> for_each_command(const ShortDigest& from,
                                const std::function<bool(const ShortDigest&)>& use) const override;
  std::uint64_t commands_estimate() const override;
  void ingest(const Rows& rows, Checkpoint checkpoint) override;
  Result<void> wipe() override;
  bool purge(Position through) override;
  void drop_expired_commands() override;
  void break_off() override { database_->db->DisableManualCompaction(); }

 private:
  bool compact(Table first, Table last);
  bool rewrite_emojis();
  void remove_live();

  const std::string folder_;
  const std::size_t block_cache_bytes_;
  std::optional<Position> rewritten_;  // up to where by the last purge; nothing: none since the start
  std::vector<std::string> replaced_;  // files it waits for
  std::unique_ptr<Database> database_;
};
}  // namespace

Result<std::unique_ptr<RowStore>> RowStore::open(const std::string& folder, std::size_t block_cache_bytes) {
  auto store = std::make_unique<RocksRowStore>(folder, block_cache_bytes);
  if (!store->open_database().has_value() || !store->read_checkpoint()) {
    TRY(store->wipe());
  }
  return std::unique_ptr<RowStore>(std::move(store));
}

Result<void> RocksRowStore::open_database() {
  auto database = std::make_unique<Database>();
  database->filter = std::make_unique<ExpiryFilter>(kept_from_day_);
  auto& options = database->options;
  options = base::database_options();
  options.listeners.push_back(base::merges_go_behind());
  options.compaction_filter = database->filter.get();
  // Most keys are random, so leveled compaction would rewrite every row about ten times.
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.level0_file_num_compaction_trigger = 8;
  options.max_background_jobs = 2;
  options.bytes_per_sync = options.writable_file_max_buffer_size = kBytesPerSync;
  options.max_open_files = 512;
  options.compression = rocksdb::kNoCompression;
  options.table_factory.reset(
      rocksdb::NewBlockBasedTableFactory(table_options(rocksdb::NewLRUCache(block_cache_bytes_, kCacheShardBits))));
  TRY(auto seal, base::FolderSeal::lift(folder_));
  TRY(base::remove_files(folder_, kFoldFiles));
  database->seal = std::move(seal);
  rocksdb::DB* db = nullptr;
  auto status = rocksdb::DB::Open(options, folder_, &db);
  if (!status.ok())
    return base::error(base::ErrorCode::io,
                       "the write index cannot be opened: " + base::on_one_line(status.ToString()));
  database->db.reset(db);
  database_ = std::move(database);
  return base::success();
}

bool RocksRowStore::read_checkpoint() {
  checkpoint_ = {};
  if (auto row = get(checkpoint_key())) return parse_row(*row, checkpoint_);
  std::unique_ptr<rocksdb::Iterator> any(database_->db->NewIterator({}));
  any->SeekToFirst();
  return !any->Valid();
}

Result<void> RocksRowStore::wipe() {
  database_.reset();
  checkpoint_ = {};
  std::error_code failed;
  std::filesystem::remove_all(folder_, failed);
  if (failed) return base::error(base::ErrorCode::io, "the write index cannot be removed: " + failed.message());
  return open_database();
}

std::optional<std::string> RocksRowStore::get(std::string_view key) const {
  std::string value;
  auto status = database_->db->Get({}, rocksdb::Slice(key.data(), key.size()), &value);
  if (status.IsNotFound()) return std::nullopt;
  require(status, folder_, kReading);
  return value;
}

std::vector<std::optional<std::string>> RocksRowStore::get(std::span<const std::string_view> keys) const {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database_->db->MultiGet({}, database_->db->DefaultColumnFamily(), keys.size(), slices.data(), values.data(),
                          statuses.data());
  std::vector<std::optional<std::string>> rows(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    require(statuses[i], folder_, kReading);
    rows[i] = values[i].ToString();
  }
  return rows;
}

void RocksRowStore::for_each_key(std::string_view prefix, const std::function<void(std::string_view)>& use) const {
  std::unique_ptr<rocksdb::Iterator> rows(database_->db->NewIterator({}));
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) {
    use(rows->key().ToStringView());
  }
  require(rows->status(), folder_, kReading);
}

Result<void> RocksRowStore::for_each_command(const ShortDigest& from,
                                             const std::function<bool(const ShortDigest&)>& use) const {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  std::unique_ptr<rocksdb::Iterator> rows(database_->db->NewIterator(read));
  const char table = static_cast<char>(Table::commands);
  for (rows->Seek(row_key(Table::commands, from)); rows->Valid() && rows->key()[0] == table; rows->Next()) {
    ShortDigest id;
    if (rows->key().size() != 1 + id.size()) return base::error(base::ErrorCode::corrupt, "a key of another size");
    std::memcpy(id.data(), rows->key().data() + 1, id.size());
    if (!use(id)) break;
  }
  if (rows->status().ok()) return base::success();
  return base::error(base::ErrorCode::io, rows->status().ToString());
}

// By the share of the files' bytes that the table has.
std::uint64_t RocksRowStore::commands_estimate() const {
  constexpr std::uint64_t kRowBytes = 48;  // of a key and a row, about
  const std::string first(1, static_cast<char>(Table::commands));
  const std::string last(1, static_cast<char>(static_cast<int>(Table::commands) + 1));
  const rocksdb::Range commands(first, last);
  std::uint64_t bytes = 0;
  database_->db->GetApproximateSizes(&commands, 1, &bytes);
  return bytes / kRowBytes;
}

void RocksRowStore::ingest(const Rows& rows, Checkpoint checkpoint) {
  CHECK(checkpoint.position >= checkpoint_.position, checkpoint.position.value, checkpoint_.position.value);
  const auto files = write_sorted_files(database_->options, folder_ + "/" + kFoldFiles, rows, checkpoint);
  rocksdb::DB& db = *database_->db;
  require(base::take_tables(db, db.DefaultColumnFamily(), files), folder_, kWriting);
  checkpoint_ = checkpoint;
}

bool RocksRowStore::purge(Position through) {
  if ((!rewritten_ || *rewritten_ < through) && !rewrite_emojis()) return false;
  rewritten_ = std::max(rewritten_.value_or(through), through);
  rocksdb::Status status = database_->db->DisableFileDeletions();
  if (status.ok()) status = database_->db->EnableFileDeletions(false);  // looks for obsolete files now
  require(status, folder_, kWriting);
  remove_live();
  return base::are_gone(folder_, replaced_);
}

// Ingestion goes on beside it: what comes then is of events after those the rewriting is for. False: broken off.
bool RocksRowStore::compact(Table first, Table last) {
  const std::string from(1, static_cast<char>(first));
  const std::string end(1, static_cast<char>(static_cast<int>(last) + 1));
  const rocksdb::Slice begin_key(from), end_key(end);
  rocksdb::CompactRangeOptions how;
  how.exclusive_manual_compaction = false;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  const rocksdb::Status status = database_->db->CompactRange(how, &begin_key, &end_key);
  if (status.IsIncomplete()) return false;
  require(status, folder_, kWriting);
  return true;
}

bool RocksRowStore::rewrite_emojis() {
  if (!compact(Table::reactions, Table::reactors)) return false;
  // Only now: another compaction may have made one meanwhile, which this one replaced.
  auto tables = base::files_in(folder_, {".sst"});
  if (!tables) base::stop_process({kReading, folder_, tables.error().detail, kNext});
  replaced_ = std::move(tables).value();
  return true;
}

// One that was in the making when the files were listed becomes live, or goes.
void RocksRowStore::remove_live() {
  std::vector<std::string> live;
  std::uint64_t manifest_bytes = 0;
  require(database_->db->GetLiveFiles(live, &manifest_bytes, false), folder_, kWriting);
  base::remove_live(replaced_, live);
}

void RocksRowStore::drop_expired_commands() { compact(Table::commands, Table::commands); }

}  // namespace hansard::index
