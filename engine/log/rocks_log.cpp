#include "engine/log/rocks_log.h"

#include <sys/stat.h>

#include <array>
#include <charconv>
#include <filesystem>

#include "engine/base/clock.h"
#include "engine/log/folder_lock.h"
#include "engine/log/stored_log.h"

namespace hansard::log {

namespace {
constexpr std::uint32_t kFormat = 1;

Result<void> put_fact(Database& database, std::string_view name, std::string_view value) {
  rocksdb::WriteOptions write;
  write.sync = true;
  rocksdb::Status status = database.db().Put(write, database.meta(), name, value);
  if (!status.ok()) return storage_error("cannot write the event log's " + std::string(name), status);
  return base::success();
}

Result<std::uint32_t> number_fact(const Database& database, std::string_view name) {
  TRY(auto text, database.meta_value(name));
  std::uint32_t value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) {
    return base::error(base::ErrorCode::corrupt, "the event log's " + std::string(name) + " is not a number");
  }
  return value;
}

class OpenLog final : public StoredLog {
 public:
  OpenLog(FolderLock lock, std::unique_ptr<Database> database, const StorageSetup& setup, Position durable,
          std::uint32_t epoch)
      : StoredLog(std::move(database), setup, durable, epoch, false), lock_(std::move(lock)) {}

 private:
  FolderLock lock_;
};

Result<void> write_identity(Database& database) {
  std::array<std::uint8_t, 16> id;
  base::random_bytes(id);
  TRY(put_fact(database, kMetaClusterId, base::uuid_text(id)));
  TRY(put_fact(database, kMetaEpoch, "1"));
  return put_fact(database, kMetaFormat, std::to_string(kFormat));
}
}  // namespace

Result<std::unique_ptr<EventLog>> open_rocks_log(const std::string& folder, const LogOptions& options,
                                                 OpenReport& report) {
  ::umask(0077);  // RocksDB has no setting for the mode of its files
  TRY(make_folder(folder));
  TRY(auto lock, FolderLock::take(folder));
  const std::string path = folder + "/log";
  report.created = !std::filesystem::exists(path);
  TRY(make_folder(path));
  StorageSetup setup;
  auto mode = report.created ? Database::Mode::create : Database::Mode::existing;
  TRY(auto database, Database::open(path, mode, options, setup));
  if (report.created) {
    TRY(write_identity(*database));
  }
  TRY(auto epoch, number_fact(*database, kMetaEpoch));
  TRY(auto end, database->last_position(base::kPartition));
  return std::unique_ptr<EventLog>(std::make_unique<OpenLog>(std::move(lock), std::move(database), setup, end, epoch));
}

Result<std::unique_ptr<EventLog>> open_rocks_log_read_only(const std::string& folder) {
  StorageSetup setup;
  TRY(auto database, Database::open(folder + "/log", Database::Mode::read_only, {}, setup));
  TRY(auto epoch, number_fact(*database, kMetaEpoch));
  TRY(auto end, database->last_position(base::kPartition));
  return std::unique_ptr<EventLog>(std::make_unique<StoredLog>(std::move(database), setup, end, epoch, true));
}

}  // namespace hansard::log
