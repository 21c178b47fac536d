#include "engine/log/open_log.h"

#include <cstdio>
#include <filesystem>

#include "engine/base/durable_file.h"
#include "engine/log/accept_loss.h"
#include "engine/log/folder_lock.h"
#include "engine/log/housekeeper.h"

namespace hansard::log {

namespace {
// A StoredLog with what a running one needs around it.
class OpenLog final : public StoredLog {
 public:
  OpenLog(FolderLock lock, std::unique_ptr<Database> database, const StorageSetup& setup, Position durable,
          std::uint32_t epoch)
      : StoredLog(std::move(database), setup, durable, epoch, false), lock_(std::move(lock)) {}

  ~OpenLog() override {
    keeper_.reset();  // the last witness, then the database, then the lock
    flush_and_close();
  }

  Result<void> keep_house(WitnessFile file, const std::string& folder, const LogOptions& options,
                          const Identity& identity) {
    Housekeeper::Duties duties;
    duties.folder = folder;
    duties.options = options;
    duties.identity.cluster = identity.cluster;
    duties.identity.epoch = identity.epoch;
    duties.hashed = [this] { return hashed(); };
    duties.durable = [this] { return durable(base::kPartition); };
    duties.set_disk_reserve = [this](bool has) { set_disk_reserve(has); };
    TRY(auto keeper, Housekeeper::start(std::move(file), std::move(duties)));
    keeper_ = std::move(keeper);
    return base::success();
  }

 private:
  FolderLock lock_;
  std::unique_ptr<Housekeeper> keeper_;
};

base::Error refusal(const LogPaths& paths, const Preflight& found) {
  DamageReport report;
  report.finding = found.decision.finding;
  report.folder = paths.folder;
  report.intact_end = found.intact_end;
  report.log_end = found.end;
  report.witnessed = found.witness.witness.durable;
  report.consent = found.seen.consent;
  report.detail = found.detail;
  const bool is_newer = report.finding == Finding::newer_format;
  return base::error(is_newer ? base::ErrorCode::unsupported : base::ErrorCode::refused, refusal_sentence(report));
}

// Leaves a writable log in place.
Result<void> carry_out(const LogPaths& paths, const Preflight& found, const LogOptions& options,
                       const StorageSetup& setup, OpenReport& report) {
  switch (found.decision.action) {
    case Action::refuse:
      return refusal(paths, found);
    case Action::open:
      return base::success();
    case Action::create:
      report.created = true;
      return create_log(paths, new_identity(), std::nullopt, options, setup);
    case Action::accept_loss:
      return accept_loss(paths, found, options, setup);
  }
  return base::success();
}
}  // namespace

HashedPrefix hashed_in(const WitnessReading& reading, const Identity& identity) {
  const Witness& witness = reading.witness;
  const bool is_ours = reading.state == WitnessFileState::valid && witness.cluster == identity.cluster &&
                       witness.epoch == identity.epoch;
  return is_ours ? HashedPrefix{witness.hashed_size, witness.root} : HashedPrefix{};
}

Result<std::unique_ptr<EventLog>> open_log_on(const std::string& folder, const LogOptions& options,
                                              const StorageSetup& setup, OpenReport& report) {
  const LogPaths paths(folder);
  TRY(base::make_folder(folder));
  TRY(auto lock, FolderLock::take(folder));
  TRY(finish_replacing(paths, options, setup));
  TRY(auto found, inspect(paths, options, setup));
  TRY(carry_out(paths, found, options, setup, report));
  TRY(remove_half_made(paths));

  TRY(auto database, Database::open(paths.database, Database::Mode::existing, options, setup));
  TRY(auto identity, read_identity(*database));
  TRY(auto end, database->last_position(base::kPartition));
  TRY(report.loss_accepted_after, unrecorded_loss(*database, identity, end));
  auto log = std::make_unique<OpenLog>(std::move(lock), std::move(database), setup, end, identity.epoch);
  TRY(auto last_witness, read_witness(paths.witness));
  log->set_hashed(hashed_in(last_witness, identity));
  TRY(auto witness, WitnessFile::open(paths.witness, last_witness.sequence));
  TRY(log->keep_house(std::move(witness), folder, options, identity));
  return std::unique_ptr<EventLog>(std::move(log));
}

}  // namespace hansard::log
