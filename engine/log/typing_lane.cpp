#include "engine/log/typing_lane.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "engine/base/database_options.h"
#include "engine/base/durable_file.h"
#include "engine/log/database.h"

namespace hansard::log {

namespace {
// Entry: time i64, conversation 16, is_typing u8, user id to the end; key: number u64. Integers are big-endian, so that
// keys are in order. Beside them one key keeps the next number, so that an emptied lane does not begin again.
constexpr std::size_t kTimeBytes = 8, kHeadBytes = kTimeBytes + 16 + 1;
// How far append runs ahead of dropping what is over the limit: one range deletion for so many entries.
constexpr std::uint64_t kTrimEvery = 1'024;
constexpr std::uint64_t kHighestNumber = 1ull << 62;  // its key is below kNextNumberKey

void put_number(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes.substr(0, 8)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::string key_of(std::uint64_t number) {
  std::string key;
  put_number(key, number);
  return key;
}

std::string entry_of(const TypingTransition& transition) {
  std::string entry;
  put_number(entry, static_cast<std::uint64_t>(transition.time.ms));
  entry.append(transition.conversation.view());
  entry.push_back(transition.is_typing ? '\1' : '\0');
  entry.append(transition.user.value);
  return entry;
}

TypingTransition transition_in(std::string_view entry) {
  TypingTransition transition;
  transition.time = {static_cast<std::int64_t>(number_in(entry))};
  transition.conversation = base::id_from_bytes<base::ConversationId>(entry.substr(kTimeBytes, 16));
  transition.is_typing = entry[kHeadBytes - 1] != '\0';
  transition.user.value = entry.substr(kHeadBytes);
  return transition;
}

constexpr std::string_view kNextNumberKey = "next";

bool is_whole(std::string_view key, std::string_view entry) { return key.size() == 8 && entry.size() > kHeadBytes; }

rocksdb::Options lane_options() {
  rocksdb::Options options = base::database_options();
  options.write_buffer_size = 4u << 20;
  options.max_open_files = 64;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

class RocksTypingLane final : public TypingLane {
 public:
  RocksTypingLane(base::FolderSeal seal, std::unique_ptr<rocksdb::DB> db, const TypingOptions& options)
      : seal_(std::move(seal)), db_(std::move(db)), options_(options) {
    std::string next;
    if (db_->Get({}, kNextNumberKey, &next).ok() && next.size() == 8) oldest_ = next_ = number_in(next);
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}));
    it->SeekToFirst();
    if (it->Valid() && it->key().size() == 8) oldest_ = number_in(it->key().ToStringView());
    it->SeekForPrev(key_of(kHighestNumber));
    if (it->Valid()) next_ = std::max(next_, number_in(it->key().ToStringView()) + 1);
  }

  void append(const TypingTransition& transition) override {
    std::lock_guard lock(mutex_);
    if (!db_->Put(unlogged(), key_of(next_), entry_of(transition)).ok()) {
      ++dropped_;
      return;
    }
    ++next_;
    if (next_ - oldest_ >= options_.entries_max + trim_slack()) drop_before(next_ - options_.entries_max);
  }

  void read(const std::function<bool(std::uint64_t, const TypingTransition&)>& sink) const override {
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      if (!is_whole(it->key().ToStringView(), it->value().ToStringView())) continue;
      if (!sink(number_in(it->key().ToStringView()), transition_in(it->value().ToStringView()))) return;
    }
  }

  void expire(base::Timestamp now) override {
    std::lock_guard lock(mutex_);
    const base::Timestamp oldest_kept{now.ms - options_.kept_ms};
    std::uint64_t first_kept = next_;
    read([&](std::uint64_t number, const TypingTransition& transition) {
      if (transition.time < oldest_kept) return true;
      first_kept = number;
      return false;
    });
    if (first_kept > oldest_) drop_before(first_kept);
  }

  std::uint64_t dropped() const override { return dropped_; }

 private:
  static rocksdb::WriteOptions unlogged() {
    rocksdb::WriteOptions write;
    write.disableWAL = true;
    return write;
  }

  std::uint64_t trim_slack() const { return std::min(kTrimEvery, options_.entries_max / 8 + 1); }

  // One tombstone from zero on takes the place of all before it.
  void drop_before(std::uint64_t number) {
    rocksdb::WriteBatch batch;
    rocksdb::Status status = batch.DeleteRange(key_of(0), key_of(number));
    if (status.ok()) status = batch.Put(kNextNumberKey, key_of(next_));
    if (status.ok()) status = db_->Write(unlogged(), &batch);
    if (status.ok())
      oldest_ = number;
    else
      ++dropped_;
  }

  const base::FolderSeal seal_;
  const std::unique_ptr<rocksdb::DB> db_;
  const TypingOptions options_;
  std::mutex mutex_;
  std::uint64_t oldest_ = 1, next_ = 1;
  std::atomic<std::uint64_t> dropped_{0};
};
}  // namespace

base::Result<std::unique_ptr<TypingLane>> open_typing_lane(const std::string& folder, const TypingOptions& options) {
  const std::string path = folder + "/typing";
  TRY(base::make_folder(path));
  TRY(auto seal, base::FolderSeal::lift(path));
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(lane_options(), path, &db);
  if (status.IsCorruption()) {
    // The least valuable thing in the house does not keep it closed.
    status = rocksdb::DestroyDB(path, lane_options());
    if (status.ok()) status = rocksdb::DB::Open(lane_options(), path, &db);
  }
  if (!status.ok()) return storage_error("cannot open the typing lane in " + path, status);
  return std::unique_ptr<TypingLane>(
      std::make_unique<RocksTypingLane>(std::move(seal), std::unique_ptr<rocksdb::DB>(db), options));
}

}  // namespace hansard::log
