#include "engine/log/bulk_log.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <vector>

#include <rocksdb/sst_file_writer.h>

#include "engine/base/check.h"
#include "engine/base/durable_file.h"
#include "engine/base/file_checksum.h"
#include "engine/log/density.h"
#include "engine/log/identity.h"
#include "engine/log/keys.h"
#include "engine/log/preflight.h"
#include "engine/log/witness.h"

namespace hansard::log {

namespace {
namespace fs = std::filesystem;

struct Table {
  std::string path;
  Position first, last;
  rocksdb::ExternalSstFileInfo written;  // once it has ended
};

// Removes a folder that only this class makes; a crash may have left it.
Result<void> clear(const std::string& folder) {
  std::error_code problem;
  fs::remove_all(folder, problem);
  if (problem) return base::error(base::ErrorCode::io, "cannot remove " + folder + ": " + problem.message());
  return base::success();
}

class RocksBulkLog;

class Stretch final : public BulkStretch {
 public:
  Stretch(RocksBulkLog& log, const rocksdb::Options& options, Table table)
      : log_(log), table_(std::move(table)), writer_(rocksdb::EnvOptions(), options, nullptr, false) {}

  Result<void> open() { return check(writer_.Open(table_.path)); }
  Result<void> put(std::string_view record) override;
  Result<void> end() override;

 private:
  Result<void> check(const rocksdb::Status& status) const {
    if (!status.ok()) return storage_error("cannot write " + table_.path, status);
    return base::success();
  }

  RocksBulkLog& log_;
  Table table_;
  rocksdb::SstFileWriter writer_;
};

class RocksBulkLog final : public BulkLog {
 public:
  RocksBulkLog(const std::string& data_folder, const LogOptions& options)
      : paths_(data_folder),
        tables_folder_(data_folder + "/log.tables"),
        options_(options),
        table_options_(Database::events_table_options(options)) {}

  Result<void> prepare() {
    TRY(base::make_folder(paths_.folder));
    std::error_code ignored;
    if (fs::exists(paths_.database, ignored) || fs::exists(paths_.witness, ignored)) {
      return base::error(base::ErrorCode::refused, "there is a log in " + paths_.folder + " already");
    }
    TRY(clear(tables_folder_));
    TRY(clear(paths_.fresh));
    return base::make_folder(tables_folder_);
  }

  Result<std::unique_ptr<BulkStretch>> begin(Position first) override {
    CHECK(first.value > 0, "positions start at 1");
    Table table;
    table.path = tables_folder_ + "/" + std::to_string(first.value) + ".sst";
    table.first = first;
    table.last = {first.value - 1};
    auto stretch = std::make_unique<Stretch>(*this, table_options_, std::move(table));
    TRY(stretch->open());
    return std::unique_ptr<BulkStretch>(std::move(stretch));
  }

  void keep(Table table) {
    std::lock_guard lock(mutex_);
    tables_.push_back(std::move(table));
  }

  Result<Position> finish(const BulkIdentity& given) override {
    TRY(auto end, check_order());
    Identity identity;
    identity.cluster = given.cluster;
    identity.epoch = given.epoch;
    TRY(build(identity, given.loss_after, end));
    TRY(clear(tables_folder_));
    TRY(write_witness(identity, end));
    std::error_code problem;
    fs::rename(paths_.fresh, paths_.database, problem);
    if (problem) {
      return base::error(base::ErrorCode::io, "cannot put the restored log in place: " + problem.message());
    }
    TRY(base::sync_folder(paths_.folder));
    return end;
  }

 private:
  Result<Position> check_order() {
    std::sort(tables_.begin(), tables_.end(), [](const Table& a, const Table& b) { return a.first < b.first; });
    Position end;
    for (const Table& table : tables_) {
      if (table.first != end.next()) {
        return base::error(base::ErrorCode::corrupt, "position " + std::to_string(end.value + 1) + " is missing");
      }
      end = table.last;
    }
    return end;
  }

  Result<void> build(const Identity& identity, std::optional<Position> loss_after, Position end) {
    TRY(base::make_folder(paths_.fresh));
    TRY(auto database, Database::open(paths_.fresh, Database::Mode::create, options_, StorageSetup{}));
    TRY(ingest(*database));
    std::optional<Loss> loss;
    if (loss_after) loss = Loss{*loss_after, identity.epoch, false};
    TRY(write_identity(*database, identity, loss));
    TRY(auto last, database->last_position(base::kPartition));
    TRY(auto intact, find_intact_end(*database, base::kPartition, last));
    if (last != end || intact != end) {
      return base::error(base::ErrorCode::corrupt, "the restored log ends at " + std::to_string(intact.value) +
                                                       " instead of " + std::to_string(end.value));
    }
    return base::success();
  }

  Result<void> ingest(Database& database) {
    if (tables_.empty()) return base::success();
    std::vector<rocksdb::ExternalSstFileInfo> files;
    for (const Table& table : tables_) files.push_back(table.written);
    rocksdb::Status status = base::take_tables(database.db(), database.events(), files);
    if (!status.ok()) return storage_error("cannot take the tables into the log", status);
    return base::success();
  }

  Result<void> write_witness(const Identity& identity, Position end) {
    TRY(auto file, WitnessFile::open(paths_.witness, 0));
    Witness witness;
    witness.cluster = identity.cluster;
    witness.epoch = identity.epoch;
    witness.durable = end;
    return file.write(witness);
  }

  const LogPaths paths_;
  const std::string tables_folder_;
  const LogOptions options_;
  const rocksdb::Options table_options_;
  std::mutex mutex_;
  std::vector<Table> tables_;
};

Result<void> Stretch::put(std::string_view record) {
  table_.last = table_.last.next();
  return check(writer_.Put(EventKey(base::kPartition, table_.last).view(), record));
}

Result<void> Stretch::end() {
  if (table_.last < table_.first) return base::success();
  TRY(check(writer_.Finish(&table_.written)));
  log_.keep(std::move(table_));
  return base::success();
}

}  // namespace

Result<std::unique_ptr<BulkLog>> BulkLog::create(const std::string& data_folder, const LogOptions& options) {
  ::umask(0077);  // RocksDB has no setting for the mode of its files
  auto log = std::make_unique<RocksBulkLog>(data_folder, options);
  TRY(log->prepare());
  return std::unique_ptr<BulkLog>(std::move(log));
}

}  // namespace hansard::log
