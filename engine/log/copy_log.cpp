#include "engine/log/copy_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include <rocksdb/utilities/checkpoint.h>

#include "engine/base/durable_file.h"
#include "engine/log/database.h"
#include "engine/log/preflight.h"
#include "engine/log/stored_log.h"

namespace hansard::log {

namespace {
namespace fs = std::filesystem;

// RocksDB 7.8.3 does not sync all that a checkpoint copies.
Result<void> sync_files(const std::string& folder) {
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    TRY(base::sync_file(entry.path().string()));
  }
  if (problem) return base::error(base::ErrorCode::io, "cannot list " + folder + ": " + problem.message());
  return base::sync_folder(folder);
}

// LOCK, traces and statistics of the process that wrote there are no part of the database.
bool belongs_to_database(const std::string& name) { return name != "LOCK" && !name.starts_with("LOG"); }

// A closed table never changes; the others are copied.
Result<void> bring(const fs::path& from, const fs::path& to) {
  return from.extension() == ".sst" ? base::link_or_copy(from, to) : base::copy_file(from, to);
}
}  // namespace

Result<Position> copy_log(const EventLog& log, const std::string& folder) {
  const auto* stored = dynamic_cast<const StoredLog*>(&log);
  if (stored != nullptr) return stored->copy_to(folder);
  return base::error(base::ErrorCode::unsupported, "this log is not on this machine's disk and cannot be copied");
}

Result<void> copy_open_database(Database& database, const std::string& folder) {
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(&database.db(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  // Flushing first, so that little of it is WAL, which cannot be a link.
  if (status.ok()) status = checkpoint->CreateCheckpoint(folder, 0);
  if (!status.ok()) return storage_error("cannot copy the event log to " + folder, status);
  return sync_files(folder);
}

Result<void> copy_stopped_database(const std::string& data_folder, const std::string& folder) {
  TRY(base::make_folder(folder));
  const std::string from = LogPaths(data_folder).database;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(from, problem)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || !belongs_to_database(name)) continue;
    TRY(bring(entry.path(), fs::path(folder) / name));
  }
  if (problem) return base::error(base::ErrorCode::io, "cannot list " + from + ": " + problem.message());
  return sync_files(folder);
}

Result<Position> end_of_copy(const std::string& folder) {
  TRY(auto database, Database::open(folder, Database::Mode::read_only, {}, StorageSetup{}));
  return database->last_position(base::kPartition);
}

}  // namespace hansard::log
