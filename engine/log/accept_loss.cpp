#include "engine/log/accept_loss.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "engine/base/durable_file.h"
#include "engine/log/folder_lock.h"
#include "engine/log/keys.h"
#include "engine/log/lost_logs.h"

namespace hansard::log {

namespace {
namespace fs = std::filesystem;

base::Error file_error(const std::string& what, const std::error_code& problem) {
  return base::error(base::ErrorCode::io, what + ": " + problem.message());
}

// The epoch after every one this log or its witness has seen, the cluster they belong to.
Identity next_identity(const Preflight& found) {
  Identity identity = found.identity.value_or(new_identity());
  if (found.witness.state == WitnessFileState::valid) {
    if (!found.identity) identity.cluster = found.witness.witness.cluster;
    identity.epoch = std::max(identity.epoch, found.witness.witness.epoch);
  }
  ++identity.epoch;
  return identity;
}

Loss loss_of(const Preflight& found) {
  const std::uint32_t known = found.identity ? found.identity->epoch : 1;
  return {found.intact_end, known + 1, true};
}

// A name nobody has: an accepted loss that crashed half-way leaves its folder behind.
std::string lost_folder(const LogPaths& paths, std::uint32_t epoch) {
  std::string name = paths.folder + "/" + kLostPrefix + std::to_string(epoch);
  std::string free = name;
  for (int i = 2; fs::exists(free); ++i) free = name + "-" + std::to_string(i);
  return free;
}

Result<void> move_aside(const LogPaths& paths, std::uint32_t epoch) {
  if (!fs::exists(paths.database)) return base::success();
  std::error_code problem;
  fs::rename(paths.database, lost_folder(paths, epoch), problem);
  if (problem) return file_error("cannot move the damaged log aside", problem);
  return base::sync_folder(paths.folder);
}

// The next open replays the WAL and deletes it; what it could not replay stays readable here.
Result<void> keep_wal(const LogPaths& paths, std::uint32_t epoch) {
  const std::string lost = lost_folder(paths, epoch);
  TRY(make_folder(lost));
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(paths.database, problem)) {
    if (entry.path().extension() != ".log") continue;
    fs::copy_file(entry.path(), fs::path(lost) / entry.path().filename(), problem);
    if (problem) break;
  }
  if (problem) return file_error("cannot keep a copy of the damaged write-ahead log", problem);
  return base::sync_folder(lost);
}

// From here on the witness is of a later epoch than the log, which is refused: a crash before the log has that epoch
// too cannot pass for a sound log that merely ends earlier.
Result<void> announce(const LogPaths& paths, const Preflight& found, const Identity& next) {
  TRY(auto file, WitnessFile::open(paths.witness, found.witness.sequence));
  Witness witness;
  witness.cluster = next.cluster;
  witness.epoch = next.epoch;
  witness.durable = found.intact_end;
  return file.write(witness);
}

// Takes the positions above `last` out of the tables too, so that density.h can trust their counts again.
Result<void> cut_after(Database& database, Position last) {
  const EventKey begin(base::kPartition, last.next());
  const EventKey end(static_cast<PartitionId>(base::kPartition + 1), {});
  rocksdb::WriteOptions write;
  write.sync = true;
  rocksdb::Status status = database.db().DeleteRange(write, database.events(), begin.view(), end.view());
  if (status.ok()) status = database.db().Flush({}, database.events());
  rocksdb::CompactRangeOptions compact;
  compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  if (status.ok()) status = database.db().CompactRange(compact, database.events(), nullptr, nullptr);
  if (!status.ok()) return storage_error("cannot cut the event log", status);
  return base::success();
}
}  // namespace

Result<void> create_log(const LogPaths& paths, const Identity& identity, const std::optional<Loss>& loss,
                        const LogOptions& options, const StorageSetup& setup) {
  std::error_code problem;
  fs::remove_all(paths.fresh, problem);
  if (problem) return file_error("cannot remove what a crash left in " + paths.fresh, problem);
  TRY(make_folder(paths.fresh));
  {
    TRY(auto database, Database::open(paths.fresh, Database::Mode::create, options, setup));
    TRY(write_identity(*database, identity, loss));
  }
  fs::rename(paths.fresh, paths.database, problem);
  if (problem) return file_error("cannot put the new event log in place", problem);
  return base::sync_folder(paths.folder);
}

Result<void> accept_loss(const LogPaths& paths, const Preflight& found, const LogOptions& options,
                         const StorageSetup& setup) {
  const Identity identity = next_identity(found);
  if (found.seen.log == LogState::unopenable || found.seen.log == LogState::absent) {
    TRY(move_aside(paths, identity.epoch));
    return create_log(paths, identity, loss_of(found), options, setup);
  }
  TRY(keep_wal(paths, identity.epoch));
  TRY(announce(paths, found, identity));
  TRY(auto database, Database::open(paths.database, Database::Mode::existing, options, setup));
  TRY(auto end, database->last_position(base::kPartition));
  if (end > found.intact_end) {
    TRY(cut_after(*database, found.intact_end));
  }
  return write_identity(*database, identity, loss_of(found));
}

}  // namespace hansard::log
