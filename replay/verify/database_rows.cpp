#include "replay/verify/database_rows.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include "engine/base/database_env.h"
#include "engine/base/one_line.h"

namespace hansard::verify {

namespace {
constexpr int kOpenFilesMax = 256;

rocksdb::Slice slice_of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

base::Error error_of(const std::string& what, const rocksdb::Status& status) {
  const auto code = status.IsCorruption() ? base::ErrorCode::corrupt : base::ErrorCode::io;
  return base::error(code, what + ": " + base::on_one_line(status.ToString()));
}

class RocksRows final : public Rows {
 public:
  explicit RocksRows(std::unique_ptr<rocksdb::Iterator> rows) : rows_(std::move(rows)) { rows_->SeekToFirst(); }
  void seek(std::string_view at) override { rows_->Seek(slice_of(at)); }
  bool valid() const override { return rows_->Valid(); }
  void next() override { rows_->Next(); }
  std::string_view key() const override { return rows_->key().ToStringView(); }
  std::string_view value() const override { return rows_->value().ToStringView(); }
  base::Result<void> status() const override {
    if (!rows_->status().ok()) return error_of("a row cannot be read", rows_->status());
    return base::success();
  }

 private:
  std::unique_ptr<rocksdb::Iterator> rows_;
};

class RocksRowDatabase final : public RowDatabase {
 public:
  explicit RocksRowDatabase(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}
  base::Result<std::optional<std::string>> get(std::string_view key) const override {
    std::string value;
    const rocksdb::Status status = db_->Get({}, slice_of(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return error_of("a row cannot be read", status);
    return std::optional(std::move(value));
  }
  std::unique_ptr<Rows> rows() const override {
    rocksdb::ReadOptions read;
    read.fill_cache = false;
    read.readahead_size = 2u << 20;
    return std::make_unique<RocksRows>(std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(read)));
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
};
}  // namespace

base::Result<std::unique_ptr<RowDatabase>> RowDatabase::open(const std::string& folder) {
  rocksdb::Options options;
  options.info_log = base::database_logger();
  options.max_open_files = kOpenFilesMax;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, folder, &db);
  if (!status.ok()) return error_of(folder + " cannot be opened", status);
  return std::unique_ptr<RowDatabase>(std::make_unique<RocksRowDatabase>(std::unique_ptr<rocksdb::DB>(db)));
}

}  // namespace hansard::verify
