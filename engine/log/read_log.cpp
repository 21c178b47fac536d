#include "engine/log/read_log.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "engine/log/density.h"
#include "engine/log/folder_lock.h"
#include "engine/log/open_log.h"

namespace hansard::log {

namespace {
constexpr std::chrono::milliseconds kWitnessLook{20};
constexpr int kOpenedAgainMax = 5;

struct Opened {
  std::unique_ptr<Database> database;
  Identity identity;
  Position end;
};

Result<Opened> open_to_read(const std::string& folder) {
  Opened opened;
  TRY(opened.database, Database::open(LogPaths(folder).database, Database::Mode::read_only, {}, StorageSetup{}));
  TRY(opened.identity, read_identity(*opened.database));
  TRY(opened.end, opened.database->last_position(base::kPartition));
  if (opened.identity.format <= kFormatVersion) return opened;
  DamageReport report;
  report.finding = Finding::newer_format;
  report.folder = folder;
  return base::error(base::ErrorCode::unsupported, refusal_sentence(report));
}

// RocksDB reads a log beside the server that writes it block by block: a record may still be zeros (wal_room.h) and one
// behind it there already. Opened again it is there. A gap that stays, or what cannot be read, is told by whoever reads
// on to it.
Result<Opened> open_beside_server(const std::string& folder) {
  for (int left = kOpenedAgainMax;; --left) {
    TRY(auto opened, open_to_read(folder));
    auto intact_end = find_intact_end(*opened.database, base::kPartition, opened.end);
    if (left == 0 || (intact_end && intact_end.value() == opened.end)) return opened;
    std::this_thread::sleep_for(kWitnessLook);
  }
}

std::unique_ptr<EventLog> log_over(Opened opened, Position end, const WitnessReading& witness) {
  const HashedPrefix hashed = hashed_in(witness, opened.identity);
  auto log = std::make_unique<StoredLog>(std::move(opened.database), StorageSetup{}, end, opened.identity.epoch, true);
  log->set_hashed(hashed);
  return log;
}

// The witness, once it says that `end` was durable; as it is when that takes longer than `patience`.
Result<WitnessReading> await_witness(const std::string& path, Position end, std::chrono::milliseconds patience) {
  for (std::chrono::milliseconds waited{0};; waited += kWitnessLook) {
    TRY(auto witness, read_witness(path));
    if (witness.witness.durable >= end || waited >= patience) return witness;
    std::this_thread::sleep_for(kWitnessLook);
  }
}
}  // namespace

Result<void> look_for_log(const std::string& folder) {
  std::error_code problem;
  if (std::filesystem::exists(folder + "/log", problem)) return base::success();
  if (problem) return base::error(base::ErrorCode::io, folder + "/log: " + problem.message());
  return base::error(base::ErrorCode::not_found,
                     "there is no event log in " + folder + ": --data is the data folder of a server");
}

Result<std::unique_ptr<EventLog>> open_rocks_log_read_only(const std::string& folder) {
  TRY(look_for_log(folder));
  TRY(auto opened, open_to_read(folder));
  TRY(auto witness, read_witness(LogPaths(folder).witness));
  const Position end = opened.end;
  return log_over(std::move(opened), end, witness);
}

Result<DurableLog> open_durable_log(const std::string& folder, std::chrono::milliseconds patience) {
  TRY(look_for_log(folder));
  auto lock = FolderLock::take(folder);
  if (lock) {
    TRY(auto log, open_rocks_log_read_only(folder));
    return DurableLog{std::move(log), true};
  }
  if (lock.error().code != base::ErrorCode::in_use) return std::move(lock).error();
  TRY(auto opened, open_beside_server(folder));
  TRY(auto witness, await_witness(LogPaths(folder).witness, opened.end, patience));
  const Position end = std::min(opened.end, witness.witness.durable);
  return DurableLog{log_over(std::move(opened), end, witness), false};
}

}  // namespace hansard::log
