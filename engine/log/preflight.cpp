#include "engine/log/preflight.h"

#include <filesystem>
#include <system_error>

#include "engine/log/density.h"
#include "engine/log/wal_scan.h"

namespace hansard::log {

namespace {
namespace fs = std::filesystem;

Result<bool> is_there(const std::string& folder) {
  std::error_code problem;
  bool there = fs::exists(folder, problem) && !fs::is_empty(folder, problem);
  if (problem) return base::error(base::ErrorCode::io, "cannot look into " + folder + ": " + problem.message());
  return there;
}

WitnessState judge(const WitnessReading& reading, const Preflight& found) {
  switch (reading.state) {
    case WitnessFileState::absent:
      return WitnessState::absent;
    case WitnessFileState::unreadable:
      return WitnessState::unreadable;
    case WitnessFileState::newer:
      return WitnessState::newer;
    case WitnessFileState::valid:
      break;
  }
  const Witness& witness = reading.witness;
  if (found.identity && (found.identity->cluster != witness.cluster || found.identity->epoch < witness.epoch)) {
    return WitnessState::foreign;
  }
  return witness.durable > found.end ? WitnessState::ahead_of_end : WitnessState::behind_end;
}

// RocksDB reports a permission, a descriptor limit and a missing file alike as IOError; only the last is damage.
bool is_damage(const base::Error& error) {
  return error.code != base::ErrorCode::io || error.detail.find("No such file") != std::string::npos ||
         error.detail.find("Invalid argument") != std::string::npos;
}

// Everything that needs the database open. An error that is damage makes the log unopenable.
Result<void> look_inside(const LogPaths& paths, Database& database, Preflight& found) {
  TRY(auto identity, read_identity(database));
  found.identity = identity;
  if (identity.format > kFormatVersion) {
    found.seen.format = Format::newer;
    return base::success();
  }
  TRY(auto end, database.last_position(base::kPartition));
  found.end = end;
  found.seen.log = end ? LogState::filled : LogState::empty;
  TRY(auto intact_end, find_intact_end(database, base::kPartition, end));
  found.intact_end = find_readable_end(database, base::kPartition, intact_end);
  found.seen.positions = found.intact_end == end ? Positions::dense : Positions::gap;
  // What is kept will be copied, so all of it must be readable.
  if (found.intact_end != end) {
    found.intact_end = find_readable_end(database, base::kPartition, found.intact_end, found.intact_end.value);
  }
  TRY(auto tail, judge_wal(paths.database, database.db().GetLatestSequenceNumber()));
  found.seen.wal = tail;
  return base::success();
}

Result<void> look(const LogPaths& paths, const LogOptions& options, const StorageSetup& setup, Preflight& found) {
  auto database = Database::open(paths.database, Database::Mode::read_only, options, setup);
  if (!database) return std::move(database).error();
  return look_inside(paths, *database.value(), found);
}

void make_unopenable(const base::Error& error, Preflight& found) {
  found.seen.log = LogState::unopenable;
  found.detail = error.detail;
  found.end = found.intact_end = {};
}

Consent consent_of(const LogOptions& options, Position intact_end) {
  if (!options.accept_loss_after) return Consent::none;
  return *options.accept_loss_after == intact_end ? Consent::exact : Consent::other;
}
}  // namespace

Result<Preflight> inspect(const LogPaths& paths, const LogOptions& options, const StorageSetup& setup) {
  Preflight found;
  TRY(auto there, is_there(paths.database));
  if (there) {
    auto looked = look(paths, options, setup, found);
    if (looked.has_error() && !is_damage(looked.error())) return looked.error();
    if (looked.has_error()) make_unopenable(looked.error(), found);
  }
  TRY(auto witness, read_witness(paths.witness));
  found.witness = witness;
  found.seen.witness = judge(witness, found);
  found.seen.consent = consent_of(options, found.intact_end);
  found.decision = decide(found.seen);
  return found;
}

}  // namespace hansard::log
