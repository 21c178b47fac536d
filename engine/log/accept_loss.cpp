#include "engine/log/accept_loss.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>

#include "engine/base/durable_file.h"
#include "engine/base/folder_place.h"
#include "engine/log/copy_kept.h"
#include "engine/log/lost_logs.h"

namespace hansard::log {

namespace {
namespace fs = std::filesystem;

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

// Whether it can be moved aside and replaced by renames, which a mount point cannot; of a link only the name would
// move, and the new log would be on another disk than the old one. Asked before anything is copied or announced.
Result<void> check_movable(const LogPaths& paths) {
  TRY(auto place, base::place_at(paths.database));
  if (place != base::Place::link && place != base::Place::mount_point) return base::success();
  const std::string what = place == base::Place::link ? "a link" : "a mount point";
  return base::error(base::ErrorCode::refused,
                     paths.database + " is " + what +
                         ", and to accept this loss the log has to be moved aside and replaced; nothing was changed. "
                         "Move its files into a plain folder of that name, accept the loss there, and move what is "
                         "then in `log/` back after the server was stopped");
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
  if (problem) return base::io_error("cannot move the damaged log aside", problem);
  return base::sync_folder(paths.folder);
}

// The next open replays the WAL and deletes it; what it could not replay stays readable here.
Result<void> keep_wal(const LogPaths& paths, std::uint32_t epoch) {
  const std::string lost = lost_folder(paths, epoch);
  TRY(base::make_folder(lost));
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(paths.database, problem)) {
    if (entry.path().extension() != ".log") continue;
    fs::copy_file(entry.path(), fs::path(lost) / entry.path().filename(), problem);
    if (problem) break;
  }
  if (problem) return base::io_error("cannot keep a copy of the damaged write-ahead log", problem);
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

Result<void> clear_fresh(const LogPaths& paths) {
  std::error_code problem;
  fs::remove_all(paths.fresh, problem);
  if (problem) return base::io_error("cannot remove what a crash left in " + paths.fresh, problem);
  return base::success();
}

using Fill = std::function<Result<void>(Database& fresh)>;

// Whole and closed on return.
Result<void> make_fresh(const LogPaths& paths, const Identity& identity, const std::optional<Loss>& loss,
                        const LogOptions& options, const StorageSetup& setup, const Fill& fill) {
  TRY(clear_fresh(paths));
  TRY(base::make_folder(paths.fresh));
  TRY(auto database, Database::open(paths.fresh, Database::Mode::create, options, setup));
  TRY(fill(*database));
  return write_identity(*database, identity, loss);
}

Result<void> put_in_place(const LogPaths& paths) {
  std::error_code problem;
  fs::rename(paths.fresh, paths.database, problem);
  if (problem) return base::io_error("cannot put the new event log in place", problem);
  return base::sync_folder(paths.folder);
}

// Cutting in place would have to read the damaged blocks, and fail with the cut half made. Here nothing of the damaged
// log changes before its successor is whole.
Result<void> replace_by_copy(const LogPaths& paths, const Preflight& found, const Identity& next,
                             const LogOptions& options, const StorageSetup& setup) {
  auto copy = [&](Database& fresh) -> Result<void> {
    TRY(auto damaged, Database::open(paths.database, Database::Mode::read_only, options, setup));
    return copy_kept(*damaged, found.intact_end, fresh);
  };
  TRY(make_fresh(paths, next, loss_of(found), options, setup, copy));
  TRY(announce(paths, found, next));
  return move_aside(paths, next.epoch);
}

// As long as the damaged log is in its place, what was made beside it is of no use.
Result<void> replace(const LogPaths& paths, const Preflight& found, const Identity& next, const LogOptions& options,
                     const StorageSetup& setup) {
  TRY(check_movable(paths));
  if (auto replaced = replace_by_copy(paths, found, next, options, setup); !replaced) {
    if (fs::exists(paths.database)) (void)clear_fresh(paths);
    return replaced.error();
  }
  return put_in_place(paths);
}

// Whether the database that was made is what an acceptance keeps, and the one the witness speaks of.
Result<bool> is_announced(const LogPaths& paths, const LogOptions& options, const StorageSetup& setup) {
  TRY(auto reading, read_witness(paths.witness));
  if (reading.state != WitnessFileState::valid) return false;
  auto database = Database::open(paths.fresh, Database::Mode::read_only, options, setup);
  if (!database) return false;  // half made
  const auto identity = read_identity(*database.value());
  if (!identity || identity.value().cluster != reading.witness.cluster ||
      identity.value().epoch != reading.witness.epoch) {
    return false;
  }
  TRY(auto end, database.value()->last_position(base::kPartition));
  TRY(auto accepted, unrecorded_loss(*database.value(), identity.value(), end));
  return accepted == reading.witness.durable;
}
}  // namespace

Result<void> create_log(const LogPaths& paths, const Identity& identity, const std::optional<Loss>& loss,
                        const LogOptions& options, const StorageSetup& setup) {
  TRY(make_fresh(paths, identity, loss, options, setup, [](Database&) { return base::success(); }));
  return put_in_place(paths);
}

Result<void> accept_loss(const LogPaths& paths, const Preflight& found, const LogOptions& options,
                         const StorageSetup& setup) {
  const Identity identity = next_identity(found);
  if (found.seen.log == LogState::unopenable || found.seen.log == LogState::absent) {
    TRY(check_movable(paths));
    TRY(move_aside(paths, identity.epoch));
    return create_log(paths, identity, loss_of(found), options, setup);
  }
  if (found.end > found.intact_end) return replace(paths, found, identity, options, setup);
  TRY(keep_wal(paths, identity.epoch));
  TRY(announce(paths, found, identity));
  TRY(auto database, Database::open(paths.database, Database::Mode::existing, options, setup));
  return write_identity(*database, identity, loss_of(found));
}

Result<void> finish_replacing(const LogPaths& paths, const LogOptions& options, const StorageSetup& setup) {
  if (fs::exists(paths.database) || !fs::exists(paths.fresh)) return base::success();
  TRY(auto announced, is_announced(paths, options, setup));
  return announced ? put_in_place(paths) : base::success();
}

Result<void> remove_half_made(const LogPaths& paths) {
  if (!fs::exists(paths.fresh)) return base::success();
  return clear_fresh(paths);
}

}  // namespace hansard::log
