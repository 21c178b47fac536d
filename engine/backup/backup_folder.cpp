#include "engine/backup/backup_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include "engine/base/durable_file.h"
#include "engine/base/folder_nesting.h"
#include "engine/base/folder_place.h"
#include "engine/log/copy_log.h"
#include "engine/log/folder_lock.h"
#include "engine/log/rocks_log.h"
#include "engine/log/witness.h"

namespace hansard::backup {

namespace {
namespace fs = std::filesystem;

base::Error io_error(const std::string& what, const std::error_code& problem) {
  const auto code = problem == std::errc::no_space_on_device ? base::ErrorCode::disk_full : base::ErrorCode::io;
  return base::error(code, what + ": " + problem.message());
}

struct Bringing {
  std::string except;                                                     // a folder that is left out
  Result<bool> (*bring)(const std::string& from, const std::string& to);  // false: it is gone
  std::function<bool()> goes_on = {};
};
Result<Copied> bring_tree(const std::string& from, const std::string& to, const Bringing& how);

Result<bool> link_file(const std::string& from, const std::string& to) {
  auto linked = base::link_or_copy(from, to);
  if (linked) return true;
  if (linked.error().code == base::ErrorCode::not_found) return false;  // collected meanwhile
  return linked.error();
}

Result<bool> copy_file(const std::string& from, const std::string& to) {
  TRY(base::copy_file(from, to));
  return true;
}

base::Error broken_off() { return base::error(base::ErrorCode::shutting_down, "stopped on the way"); }

class Making {
 public:
  Making(const BackupRequest& request, base::Clock& clock)
      : request_(request), clock_(clock), partial_(request.out + ".partial") {}

  Result<BackupManifest> run() {
    TRY(prepare());
    auto made = make();
    std::error_code ignored;
    if (!made) fs::remove_all(partial_, ignored);
    return made;
  }

 private:
  Result<BackupManifest> make() {
    if (request_.goes_on && !request_.goes_on()) return broken_off();
    TRY(copy_log());
    TRY(auto files,
        bring_tree(request_.data + "/files", partial_ + "/files", {"incoming", link_file, request_.goes_on}));
    manifest_.attachments = files.files;
    if (request_.with_keys) {
      TRY(copy_keys());
    }
    TRY(finish());
    return manifest_;
  }

  Result<void> prepare() {
    TRY(base::check_outside(request_.out, request_.data));
    TRY(base::check_place(request_.out));
    std::error_code problem;
    if (fs::exists(request_.out, problem)) {
      return base::error(base::ErrorCode::refused, request_.out + " is there already: name another");
    }
    fs::remove_all(partial_, problem);  // what a crash left
    if (problem) return io_error("cannot remove " + partial_, problem);
    return base::make_folder(partial_);
  }

  Result<void> copy_log() {
    // Before the log is copied, which then has at least what was signed.
    TRY(auto reading, log::read_witness(request_.data + "/log.witness"));
    TRY(manifest_.position, request_.copy_log(partial_ + "/log"));
    TRY(auto copy, log::open_rocks_log_read_only(partial_));
    TRY(auto cluster, copy->meta("cluster_id"));
    manifest_.cluster = base::parse_uuid(cluster).value_or(manifest_.cluster);
    manifest_.epoch = copy->epoch();
    TRY(auto file, log::WitnessFile::open(partial_ + "/log.witness", 0));
    log::Witness witness;
    witness.cluster = manifest_.cluster;
    witness.epoch = manifest_.epoch;
    witness.durable = manifest_.position;
    const bool is_signed = reading.witness.epoch == manifest_.epoch && reading.witness.cluster == manifest_.cluster;
    if (is_signed) manifest_.hashed = {reading.witness.hashed_size, reading.witness.root};
    witness.hashed_size = manifest_.hashed.size;
    witness.root = manifest_.hashed.root;
    return file.write(witness);
  }

  // A RocksDB that nobody has open: copied in full, since parts of it change in place.
  Result<void> copy_keys() {
    TRY(bring_tree(request_.data + "/keys", partial_ + "/keys", {"", copy_file, request_.goes_on}));
    manifest_.with_keys = true;
    return base::success();
  }

  Result<void> sum_up() {
    for (const std::string folder : {"log", "keys"}) {
      std::error_code missing;
      if (!fs::exists(partial_ + "/" + folder, missing)) continue;
      TRY(auto sums, base::sum_files(partial_ + "/" + folder, UINT64_MAX, request_.goes_on));
      for (base::SealedFile& sum : sums) {
        sum.name.insert(0, folder + "/");
        manifest_.sums.push_back(std::move(sum));
      }
    }
    TRY(auto witness, base::sum_file(partial_ + "/log.witness"));
    manifest_.sums.push_back(std::move(witness));
    return base::success();
  }

  Result<void> finish() {
    TRY(sum_up());
    std::error_code problem;
    for (const auto& entry : fs::recursive_directory_iterator(partial_, problem)) {
      if (entry.is_regular_file()) manifest_.bytes += entry.file_size();
      if (entry.is_directory()) {
        TRY(base::sync_folder(entry.path().string()));
      }
    }
    if (problem) return io_error("cannot list " + partial_, problem);
    manifest_.name = fs::path(request_.out).filename().string();
    manifest_.at_rest = request_.at_rest;
    manifest_.created_at = base::time_text(clock_.now());
    TRY(base::write_synced(partial_ + "/" + std::string(kManifestName), to_json(manifest_)));
    TRY(base::sync_folder(partial_));
    fs::rename(partial_, request_.out, problem);
    if (problem) return io_error("cannot rename " + partial_, problem);
    auto synced = base::sync_folder(fs::absolute(request_.out, problem).parent_path().string());
    if (!synced) fs::remove_all(request_.out, problem);
    return synced;
  }

  const BackupRequest& request_;
  base::Clock& clock_;
  const std::string partial_;
  BackupManifest manifest_;
};
}  // namespace

namespace {
Result<Copied> bring_tree(const std::string& from, const std::string& to, const Bringing& how) {
  Copied copied;
  std::error_code problem;
  if (!fs::exists(from, problem)) return copied;
  TRY(base::make_folder(to));
  std::set<std::string> folders{to};
  auto entry = fs::recursive_directory_iterator(from, problem);
  for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
    if (entry->is_directory() && entry->path().filename() == how.except) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file()) continue;
    const fs::path target = fs::path(to) / fs::relative(entry->path(), from);
    if (folders.insert(target.parent_path().string()).second) {
      TRY(base::make_folder(target.parent_path().string()));
    }
    if (how.goes_on && !how.goes_on()) return broken_off();
    TRY(const bool is_there, how.bring(entry->path().string(), target.string()));
    if (!is_there) continue;
    ++copied.files;
    copied.bytes += fs::file_size(target);
  }
  if (problem) return io_error("cannot list " + from, problem);
  for (const std::string& folder : folders) {
    TRY(base::sync_folder(folder));
  }
  return copied;
}
}  // namespace

Result<Copied> link_tree(const std::string& from, const std::string& to, const std::string& except) {
  return bring_tree(from, to, {except, link_file});
}

Result<Copied> copy_tree(const std::string& from, const std::string& to) {
  return bring_tree(from, to, {"", copy_file});
}

Result<BackupManifest> make_backup(const BackupRequest& request, base::Clock& clock) {
  return Making(request, clock).run();
}

namespace {
// The copy is of no name that anybody knows, and gone soon.
Result<Position> copy_stopped_log(const std::string& data, const std::string& folder) {
  TRY(log::copy_stopped_database(data, folder));
  auto end = log::end_of_copy(folder);
  if (end || end.error().code == base::ErrorCode::disk_full) return end;
  return base::error(
      end.error().code,
      data + "/log is damaged and cannot be backed up; `hansard-replay verify --data " + data + "` says where");
}
}  // namespace

Result<BackupManifest> make_offline_backup(const std::string& data, const std::string& out, bool with_keys,
                                           base::Clock& clock) {
  TRY(log::look_for_log(data));
  TRY(auto lock, log::FolderLock::take(data));
  BackupRequest request{data, out, true, with_keys, {}};
  request.copy_log = [&](const std::string& folder) { return copy_stopped_log(data, folder); };
  return make_backup(request, clock);
}

}  // namespace hansard::backup
