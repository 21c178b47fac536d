#include "engine/log/rocks_log.h"

#include <sys/stat.h>

#include "engine/log/open_log.h"

namespace hansard::log {

Result<std::unique_ptr<EventLog>> open_rocks_log(const std::string& folder, const LogOptions& options,
                                                 OpenReport& report) {
  ::umask(0077);  // RocksDB has no setting for the mode of its files
  return open_log_on(folder, options, StorageSetup{}, report);
}

Result<std::unique_ptr<EventLog>> open_rocks_log_read_only(const std::string& folder) {
  const StorageSetup setup;
  TRY(auto database, Database::open(LogPaths(folder).database, Database::Mode::read_only, {}, setup));
  TRY(auto identity, read_identity(*database));
  if (identity.format > kFormatVersion) {
    DamageReport report;
    report.finding = Finding::newer_format;
    report.folder = folder;
    return base::error(base::ErrorCode::unsupported, refusal_sentence(report));
  }
  TRY(auto end, database->last_position(base::kPartition));
  TRY(auto witness, read_witness(LogPaths(folder).witness));
  auto log = std::make_unique<StoredLog>(std::move(database), setup, end, identity.epoch, true);
  log->set_hashed(hashed_in(witness, identity));
  return std::unique_ptr<EventLog>(std::move(log));
}

}  // namespace hansard::log
