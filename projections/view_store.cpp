#include "projections/view_store.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <rocksdb/db.h>
#include <rocksdb/sst_file_writer.h>

#include "engine/base/file_checksum.h"
#include "engine/base/folder_seal.h"
#include "engine/base/leftover_files.h"
#include "engine/base/one_line.h"
#include "engine/base/spare_time.h"
#include "engine/base/stop_process.h"
#include "projections/keys.h"
#include "projections/view_database.h"

namespace hansard::projections {

namespace {
constexpr char kDamagedMark[] = "DAMAGED";
constexpr char kIngestedFile[] = "batch.sst";
constexpr std::chrono::milliseconds kSpaceLook{200};
constexpr int kSpaceLooksMax = 150;  // half a minute, then the process stops
// In the order of their keys rows lie anywhere in memory: these are on their way to the processor before their turn.
constexpr std::size_t kRowsAhead = 8;

rocksdb::Slice slice_of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view_of(rocksdb::Slice slice) { return {slice.data(), slice.size()}; }

void fetch(const RowChange& change) {
  __builtin_prefetch(change.key.data());
  if (change.value) __builtin_prefetch(change.value->data());
}

void mark_damaged(const std::string& folder) { std::ofstream(folder + "/" + kDamagedMark) << "rebuild from the log\n"; }

constexpr char kReading[] = "a view cannot be read";
constexpr char kWriting[] = "a view cannot be written";
constexpr char kDamagedNext[] = "it is marked as damaged, and the next start builds it again from the log";
constexpr char kBrokenNext[] = "start again once the disk works and has space; the view goes on from its checkpoint";

void require(const rocksdb::Status& status, const std::string& folder, const char* what) {
  if (status.ok()) return;
  if (status.IsCorruption()) mark_damaged(folder);
  base::stop_process({what, folder, status.ToString(), status.IsCorruption() ? kDamagedNext : kBrokenNext});
}

std::optional<std::string_view> get_row(rocksdb::DB& db, const std::string& folder, const rocksdb::Snapshot* snapshot,
                                        std::string_view key, std::string& scratch) {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  rocksdb::Status status = db.Get(read, slice_of(key), &scratch);
  if (status.IsNotFound()) return std::nullopt;
  require(status, folder, kReading);
  return std::string_view(scratch);
}

class RocksCursor final : public RowCursor {
 public:
  RocksCursor(std::unique_ptr<rocksdb::Iterator> rows, const std::string& folder)
      : rows_(std::move(rows)), folder_(folder) {}
  void seek(std::string_view at) override {
    rows_->Seek(slice_of(at));
    settle();
  }
  void seek_back(std::string_view at) override {
    rows_->SeekForPrev(slice_of(at));
    settle();
  }
  void next() override {
    rows_->Next();
    settle();
  }
  void prev() override {
    rows_->Prev();
    settle();
  }
  bool valid() const override { return valid_; }
  std::string_view key() const override { return view_of(rows_->key()); }
  std::string_view value() const override { return view_of(rows_->value()); }

 private:
  void settle() {
    valid_ = rows_->Valid();
    if (!valid_) require(rows_->status(), folder_, kReading);
  }
  std::unique_ptr<rocksdb::Iterator> rows_;
  const std::string& folder_;
  bool valid_ = false;
};

std::vector<std::string> keys_at(RowCursor& rows, std::string_view prefix) {
  std::vector<std::string> keys;
  for (rows.seek(prefix); rows.at(prefix); rows.next()) keys.emplace_back(rows.key());
  return keys;
}

class RocksStore final : public ViewStore {
 public:
  // `seal`: of who writes.
  RocksStore(std::string folder, std::optional<base::FolderSeal> seal, std::unique_ptr<rocksdb::DB> db)
      : folder_(std::move(folder)), seal_(std::move(seal)), db_(std::move(db)), newest_(*this) {}

  base::Result<void> read_checkpoint();
  const Checkpoint& checkpoint() const override { return checkpoint_; }
  const RowSource& newest() const override { return newest_; }
  void commit(std::span<const RowChange> changes, const Checkpoint& checkpoint) override;
  void commit_file(std::span<const RowChange> changes, const Checkpoint& checkpoint) override;
  std::shared_ptr<const StoreSnapshot> snapshot() override;
  base::Result<void> check_blocks() override;
  void flush(bool wait) override;
  base::Result<bool> purge(base::Position through) override;

 private:
  friend class RocksSnapshot;
  struct Newest final : RowSource {
    explicit Newest(const RocksStore& s) : store(s) {}
    std::optional<std::string_view> get(std::string_view key, std::string& scratch) const override {
      return get_row(*store.db_, store.folder_, nullptr, key, scratch);
    }
    std::vector<std::string> keys_with(std::string_view prefix) const override {
      RocksCursor rows(std::unique_ptr<rocksdb::Iterator>(store.db_->NewIterator({})), store.folder_);
      return keys_at(rows, prefix);
    }
    void mark_damaged() const override { projections::mark_damaged(store.folder_); }
    const RocksStore& store;
  };

  rocksdb::Status write_once_there_is_space(rocksdb::WriteBatch& batch);
  base::Result<bool> rewrite();
  base::Position newest_position() const;

  const std::string folder_;
  std::optional<base::FolderSeal> seal_;
  std::unique_ptr<rocksdb::DB> db_;
  // Of whoever purges: where the database stood when it was last rewritten, and the files that were replaced.
  base::Position rewritten_;
  std::vector<std::string> replaced_;
  Newest newest_;
  Checkpoint checkpoint_;
};

class RocksSnapshot final : public StoreSnapshot {
 public:
  explicit RocksSnapshot(std::shared_ptr<RocksStore> store)
      : store_(std::move(store)), checkpoint_(store_->checkpoint_), snapshot_(store_->db_->GetSnapshot()) {}
  ~RocksSnapshot() override { store_->db_->ReleaseSnapshot(snapshot_); }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;

  const Checkpoint& checkpoint() const override { return checkpoint_; }
  std::optional<std::string_view> get(std::string_view key, std::string& scratch) const override {
    return get_row(*store_->db_, store_->folder_, snapshot_, key, scratch);
  }
  void mark_damaged() const override { projections::mark_damaged(store_->folder_); }
  std::unique_ptr<RowCursor> cursor() const override {
    rocksdb::ReadOptions read;
    read.snapshot = snapshot_;
    return std::make_unique<RocksCursor>(std::unique_ptr<rocksdb::Iterator>(store_->db_->NewIterator(read)),
                                         store_->folder_);
  }

 private:
  std::shared_ptr<RocksStore> store_;
  Checkpoint checkpoint_;
  const rocksdb::Snapshot* snapshot_;
};

base::Result<void> RocksStore::read_checkpoint() {
  std::string bytes;
  rocksdb::Status status = db_->Get({}, slice_of(checkpoint_key()), &bytes);
  if (status.ok() && checkpoint_.decode(bytes)) return base::success();
  std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator({}));
  rows->SeekToFirst();
  if (status.IsNotFound() && !rows->Valid() && rows->status().ok()) return base::success();
  return base::error(base::ErrorCode::corrupt, "the checkpoint of " + folder_ + " cannot be read");
}

void RocksStore::commit(std::span<const RowChange> changes, const Checkpoint& checkpoint) {
  rocksdb::WriteBatch batch;
  std::string bytes;
  checkpoint.encode(bytes);
  rocksdb::Status status = batch.Put(slice_of(checkpoint_key()), bytes);
  for (const RowChange& change : changes) {
    if (!status.ok()) break;
    status =
        change.value ? batch.Put(slice_of(change.key), slice_of(*change.value)) : batch.Delete(slice_of(change.key));
  }
  require(status, folder_, kWriting);
  require(write_once_there_is_space(batch), folder_, kWriting);
  checkpoint_ = checkpoint;
}

// After a flush that found the disk full RocksDB refuses every write until one has gone through. Nothing is lost by
// that: the rows wait in memory, and nothing of a failed file is used again.
rocksdb::Status RocksStore::write_once_there_is_space(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions write;
  write.disableWAL = true;
  rocksdb::Status status = db_->Write(write, &batch);
  for (int looks = 0; status.IsNoSpace() && looks < kSpaceLooksMax; ++looks) {
    std::this_thread::sleep_for(kSpaceLook);
    const rocksdb::Status resumed = db_->Resume();  // busy where it tries by itself
    status = resumed.ok() || resumed.IsBusy() ? db_->Write(write, &batch) : resumed;
  }
  return status;
}

void RocksStore::commit_file(std::span<const RowChange> changes, const Checkpoint& checkpoint) {
  std::string path = folder_ + "/" + kIngestedFile;
  std::string bytes;
  checkpoint.encode(bytes);
  rocksdb::EnvOptions how;
  how.bytes_per_sync = kViewBytesPerSync;
  // It is read again at once, to be checked and taken in: so it stays in the kernel's cache.
  constexpr bool kDropCached = false;
  rocksdb::SstFileWriter file(how, db_->GetOptions(), nullptr, kDropCached);
  require(file.Open(path), folder_, kWriting);
  // The checkpoint's key is below all others.
  rocksdb::Status status = file.Put(slice_of(checkpoint_key()), bytes);
  for (std::size_t i = 0; i < changes.size() && status.ok(); ++i) {
    const RowChange& change = changes[i];
    if (i + kRowsAhead < changes.size()) fetch(changes[i + kRowsAhead]);
    base::SpareTime::give_way();
    status = change.value ? file.Put(slice_of(change.key), slice_of(*change.value)) : file.Delete(slice_of(change.key));
  }
  require(status, folder_, kWriting);
  rocksdb::ExternalSstFileInfo written;
  require(file.Finish(&written), folder_, kWriting);
  require(base::take_tables(*db_, db_->DefaultColumnFamily(), {&written, 1}), folder_, kWriting);
  checkpoint_ = checkpoint;
}

std::shared_ptr<const StoreSnapshot> RocksStore::snapshot() {
  return std::make_shared<RocksSnapshot>(std::static_pointer_cast<RocksStore>(shared_from_this()));
}

base::Result<void> RocksStore::check_blocks() {
  rocksdb::Status status = db_->VerifyChecksum();
  if (status.ok()) return base::success();
  return base::error(status.IsCorruption() ? base::ErrorCode::corrupt : base::ErrorCode::io,
                     base::on_one_line(status.ToString()));
}

void RocksStore::flush(bool wait) {
  rocksdb::FlushOptions options;
  options.wait = wait;
  options.allow_write_stall = true;
  const rocksdb::Status status = db_->Flush(options);
  // On a slow disk: it is busy writing all there is, and nobody waits for it. On a full one: later.
  if (!wait && (status.IsTryAgain() || status.IsNoSpace())) return;
  require(status, folder_, kWriting);
}

base::Result<bool> RocksStore::purge(base::Position through) {
  if (rewritten_ < through || !rewritten_) {
    TRY(auto rewritten, rewrite());
    if (!rewritten) return false;
  }
  rocksdb::Status status = db_->DisableFileDeletions();
  if (status.ok()) status = db_->EnableFileDeletions(false);  // looks for obsolete files now
  if (!status.ok()) return base::error(base::ErrorCode::io, folder_ + ": " + base::on_one_line(status.ToString()));
  return base::are_gone(folder_, replaced_);
}

// What a snapshot from before still shows is kept by every compaction, so those must have gone first: false.
base::Result<bool> RocksStore::rewrite() {
  const base::Position reached = newest_position();
  const rocksdb::SequenceNumber now = db_->GetLatestSequenceNumber();
  std::uint64_t oldest = 0;
  const bool has_number = db_->GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest);
  if (has_number && oldest != 0 && oldest < now) return false;
  flush(true);
  TRY(auto tables, base::files_in(folder_, {".sst"}));
  rocksdb::CompactRangeOptions how;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  how.exclusive_manual_compaction = false;
  rocksdb::Status status = db_->CompactRange(how, nullptr, nullptr);
  std::vector<std::string> live;
  std::uint64_t manifest_bytes = 0;
  if (status.ok()) status = db_->GetLiveFiles(live, &manifest_bytes, false);
  if (!status.ok())
    return base::error(base::ErrorCode::io, folder_ + " cannot be rewritten: " + base::on_one_line(status.ToString()));
  base::remove_live(tables, live);
  replaced_ = std::move(tables);
  rewritten_ = reached;
  return true;
}

// As the database says it, on any thread.
base::Position RocksStore::newest_position() const {
  std::string bytes;
  Checkpoint checkpoint;
  rocksdb::Status status = db_->Get({}, slice_of(checkpoint_key()), &bytes);
  return status.ok() && checkpoint.decode(bytes) ? checkpoint.position : base::Position{};
}

base::Error open_error(const std::string& folder, const rocksdb::Status& status) {
  std::string text = base::on_one_line(status.ToString());
  if (text.find("LOCK") != std::string::npos || text.find("lock hold") != std::string::npos) {
    return base::error(base::ErrorCode::in_use, folder + " is in use by another process");
  }
  if (status.IsNoSpace()) return base::error(base::ErrorCode::io, text);
  return base::error(base::ErrorCode::corrupt, text);
}
}  // namespace

base::Result<std::shared_ptr<ViewStore>> ViewStore::open(const std::string& folder, const StoreOptions& options) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return base::error(base::ErrorCode::io, folder + ": " + failed.message());
  if (std::filesystem::exists(folder + "/" + kDamagedMark)) {
    return base::error(base::ErrorCode::corrupt, folder + " was marked damaged by the last run");
  }
  TRY(auto seal, base::FolderSeal::lift(folder));
  TRY(base::remove_files(folder, kIngestedFile));
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(view_database_options(options), folder, &db);
  if (!status.ok()) return open_error(folder, status);
  auto store = std::make_shared<RocksStore>(folder, std::move(seal), std::unique_ptr<rocksdb::DB>(db));
  TRY(store->read_checkpoint());
  return std::shared_ptr<ViewStore>(std::move(store));
}

base::Result<std::shared_ptr<const StoreSnapshot>> ViewStore::open_read_only(const std::string& folder) {
  rocksdb::Options options = view_database_options({});
  options.create_if_missing = false;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, folder, &db);
  if (!status.ok()) return open_error(folder, status);
  auto store = std::make_shared<RocksStore>(folder, std::nullopt, std::unique_ptr<rocksdb::DB>(db));
  TRY(store->read_checkpoint());
  return std::shared_ptr<const StoreSnapshot>(std::make_shared<RocksSnapshot>(std::move(store)));
}

std::vector<std::string> StoreSnapshot::keys_with(std::string_view prefix) const { return keys_at(*cursor(), prefix); }

}  // namespace hansard::projections
