#include "replay/verify/verify.h"

#include <filesystem>
#include <thread>

#include "engine/log/folder_lock.h"
#include "engine/read_only_engine.h"
#include "replay/verify/backup_check.h"
#include "replay/verify/library_words.h"
#include "replay/verify/log_walk.h"
#include "replay/verify/proof_check.h"
#include "replay/verify/scratch_folder.h"
#include "replay/verify/search_check.h"
#include "replay/verify/small_checks.h"
#include "replay/verify/store.h"
#include "replay/verify/view_check.h"
#include "replay/verify/witness_check.h"

namespace hansard::verify {

namespace {
namespace fs = std::filesystem;
using base::Position;

void check_files(Store& store, Findings& findings) {
  for (const std::string& folder : find_databases(store.data)) {
    Check check(findings, "files of " + folder, "", "bytes");
    store.databases.push_back(check_database_files(store.data, folder, store.threads, check));
  }
}

std::array<std::uint8_t, 16> cluster_of(const log::EventLog& log) {
  std::array<std::uint8_t, 16> cluster{};
  auto text = log.meta("cluster_id");
  if (!text) return cluster;
  if (auto id = base::parse_id<base::ConversationId>(text.value())) cluster = id->bytes;
  return cluster;
}

void open_log(Store& store, Findings& findings) {
  Check check(findings, "identity", "I3", "facts");
  const DatabaseFiles* files = store.database("log");
  if (!files) return check.damaged("log", "there is no log in this folder");
  if (!files->can_be_opened) return check.skip("the files of the log are damaged");
  auto engine = engine::ReadOnlyEngine::open_locked(store.data);
  if (!engine) return check.damaged(damage_of("log", "the event log cannot be opened", engine.error()));
  store.engine = std::move(engine.value());
  store.cluster = cluster_of(*store.engine->log());
  check.add(3);
  if (store.cluster == std::array<std::uint8_t, 16>{}) check.damaged("log", "the cluster id cannot be read");
}

base::Result<WalkOptions> range_of(const VerifyOptions& options, const Store& store) {
  const Position end = store.engine->durable();
  WalkOptions walk;
  TRY(walk.from, base::position_in(options.from.value_or(Position{1}), store.engine->epoch()));
  TRY(walk.to, base::position_in(options.to.value_or(end), store.engine->epoch()));
  walk.threads = store.threads;
  walk.scratch = store.scratch;
  const bool is_inside = walk.from.value > 0 && walk.to <= end && (walk.from <= walk.to || !end);
  if (is_inside) return walk;
  return base::error(base::ErrorCode::malformed,
                     "--from and --to are positions of the log, 1 to " + std::to_string(end.value) + ", in this order");
}

base::Result<void> walk(const VerifyOptions& options, Store& store, FileEvents& files, ProofCheck& proofs,
                        BackupCheck* backup, Findings& findings) {
  TRY(auto range, range_of(options, store));
  const std::uint64_t all = range.to.value + 1 - range.from.value;
  std::atomic<std::uint64_t> done{0};
  store.progress = [&](std::uint64_t events) {
    if (options.progress) options.progress(done += events, all);
  };
  range.progress = store.progress;
  range.see = [&](const codec::Leaf& leaf, std::string_view record) {
    files.see(leaf, record);
    proofs.see(leaf, record);
    if (backup != nullptr) backup->see(leaf, record);
  };
  auto outcome = walk_log(*store.engine->log(), range, findings);
  store.progress = nullptr;
  return outcome;
}

// What needs only rows of its own goes on when the log is broken; a fold of it does not.
void check_derived(Store& store, Findings& findings) {
  if (store.deep && !findings.is_sound()) {
    store.deep = false;
    Check(findings, "folds (--deep)", "I8", "rows")
        .skip("the damages below come first: a fold of a damaged log proves nothing. Repair, and run --deep again");
  }
  check_witness(store, findings);
  check_index(store, findings);
  check_views(store, findings);
  check_search(store, findings);
}

Store store_of(const VerifyOptions& options, const ScratchFolder& scratch) {
  Store store;
  store.data = options.data;
  store.scratch = scratch.path();
  store.threads = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  store.deep = options.deep;
  store.hashes_attachments = options.deep || options.is_backup;
  return store;
}

base::Result<void> check_events(const VerifyOptions& options, Store& store, BackupCheck* backup,
                                const ScratchFolder& scratch, Findings& findings) {
  FileEvents files;
  const bool sees_all = !options.from && !options.to;
  ProofCheck proofs(store, findings, sees_all);
  TRY(walk(options, store, files, proofs, backup, findings));
  proofs.finish();
  if (backup != nullptr) backup->finish();
  check_derived(store, findings);
  if (store.deep && !findings.is_sound() && scratch.is_full()) {
    return base::error(base::ErrorCode::disk_full, scratch.path() +
                                                       " has no room for what --deep folds there, so nothing is said "
                                                       "of the store; name another place with --scratch");
  }
  if (sees_all) files.check(store, findings);
  return base::success();
}
}  // namespace

base::Result<void> verify_store(const VerifyOptions& options, Findings& findings) {
  std::error_code problem;
  if (!fs::is_directory(options.data, problem)) {
    return base::error(base::ErrorCode::not_found, options.data + " is not a folder; --data names that of a server");
  }
  TRY(auto lock, log::FolderLock::take(options.data));
  TRY(auto scratch, ScratchFolder::make(options.scratch));
  Store store = store_of(options, scratch);
  check_files(store, findings);
  std::optional<BackupCheck> backup;
  if (options.is_backup) {
    TRY(backup, BackupCheck::open(store, findings));
  }
  if (store.databases.empty()) {
    return base::error(base::ErrorCode::not_found, "there is no store in " + options.data);
  }
  open_log(store, findings);
  if (store.engine) {
    TRY(check_events(options, store, backup ? &*backup : nullptr, scratch, findings));
  }
  check_keys(store, findings);
  check_outbox(store, findings);
  return base::success();
}

}  // namespace hansard::verify
