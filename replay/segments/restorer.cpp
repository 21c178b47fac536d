#include "replay/segments/restorer.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

#include "engine/backup/backup_folder.h"
#include "engine/base/durable_file.h"
#include "engine/base/folder_place.h"
#include "engine/log/bulk_log.h"
#include "engine/log/folder_lock.h"
#include "replay/segments/attachments.h"
#include "replay/segments/restore_source.h"
#include "replay/segments/work_pool.h"

namespace hansard::segments {

namespace {
namespace fs = std::filesystem;

constexpr std::uint64_t kTellEvery = 4'096;  // positions between two looks at the progress

// <data>.restoring, locked and empty; what an interrupted restore left in it is gone. Without rename() it goes with all
// that this restore has put into it.
class WorkFolder {
 public:
  WorkFolder(WorkFolder&& other) noexcept = default;
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    if (lock_) fs::remove_all(path_, ignored);
  }

  static Result<WorkFolder> open(const std::string& data) {
    TRY(base::check_place(data));
    std::error_code problem;
    if (fs::exists(data, problem) && !fs::is_empty(data, problem)) {
      return base::error(base::ErrorCode::refused,
                         data + " is there already: a restore makes a new data folder, name one that is not there");
    }
    const std::string path = data + ".restoring";
    TRY(base::make_folder(path));
    TRY(auto lock, log::FolderLock::take(path));
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator(path, problem)) left.push_back(entry.path());
    for (const fs::path& entry : left) fs::remove_all(entry, problem);
    if (problem) return base::io_error("cannot clear " + path, problem);
    return WorkFolder(data, path, std::move(lock));
  }

  const std::string& path() const { return path_; }

  // With the lock given up, which `use` takes itself.
  Result<void> lend(const std::function<Result<void>(const std::string& folder)>& use) {
    lock_.reset();
    auto used = use(path_);
    auto lock = log::FolderLock::take(path_);
    if (lock) lock_ = std::make_unique<log::FolderLock>(std::move(lock.value()));
    if (!used || lock) return used;
    return lock.error();
  }

  Result<void> rename() {
    std::error_code problem;
    fs::rename(path_, data_, problem);
    if (problem) return base::io_error("cannot rename " + path_ + " to " + data_, problem);
    lock_.reset();
    return base::sync_folder(fs::absolute(data_, problem).parent_path().string());
  }

 private:
  WorkFolder(std::string data, std::string path, log::FolderLock lock)
      : data_(std::move(data)), path_(std::move(path)), lock_(std::make_unique<log::FolderLock>(std::move(lock))) {}
  std::string data_, path_;
  std::unique_ptr<log::FolderLock> lock_;  // nothing: the folder is not ours to remove
};

class Restore {
 public:
  Restore(const RestoreRequest& request, const RestoreSource& source, log::BulkLog& log, Position end)
      : request_(request), source_(source), log_(log), end_(end) {}

  Result<void> copy_records() {
    std::uint64_t count = 0;
    while (count < source_.stretches.size() && source_.stretches[count].first <= end_) ++count;
    roots_.resize(count);
    TRY(run_steps(count, threads_for_work(), [this](std::uint64_t number) { return copy_stretch(number); }));
    return check_root();
  }
  std::uint64_t record_bytes() const { return bytes_; }
  const FilesNamed& files() const { return files_; }

 private:
  Result<void> copy_stretch(std::size_t number) {
    const Stretch stretch = source_.stretches[number];
    LeafTree tree;
    TRY(auto table, log_.begin(stretch.first));
    Position last{stretch.first.value - 1}, told = last;
    std::uint64_t bytes = 0;
    const auto take = [&](Position at, std::string_view record) -> Result<void> {
      if (at != last.next()) return missing(last.next());
      last = at;
      if (at > end_) return base::success();
      if (at.value <= source_.hashed.size) tree.add(record);
      TRY(files_.add(record));
      bytes += record.size();
      if (at.value - told.value >= kTellEvery || at == std::min(stretch.last, end_)) {
        tell(at.value - std::exchange(told, at).value, std::exchange(bytes, 0));
      }
      return table->put(record);
    };
    TRY(source_.read(number, take));
    if (last != stretch.last) return missing(last.next());
    roots_[number] = tree.root();
    return table->end();
  }

  // A restore to before what was signed has nothing to hold its records against but their own checksums; a source that
  // ends before it has lost records.
  Result<void> check_root() {
    const std::uint64_t size = source_.hashed.size;
    if (size == 0 || (end_.value < size && end_ < source_.end)) return base::success();
    const auto parts = static_cast<std::size_t>((size - 1) / kPositionsPerSegment + 1);
    const bool is_whole = end_.value >= size && parts <= roots_.size();
    if (is_whole && proof::root_of_parts(std::span(roots_).first(parts)) == source_.hashed.root) return base::success();
    return base::error(base::ErrorCode::corrupt,
                       request_.from + " is not what was backed up: its first " + std::to_string(size) +
                           " records do not have the root that its manifest names. Take another copy of this backup, "
                           "or an older backup.");
  }

  base::Error missing(Position at) const {
    return base::error(base::ErrorCode::corrupt, request_.from + " is damaged: position " + std::to_string(at.value) +
                                                     " is missing. Take another copy of it, or an older one.");
  }

  void tell(std::uint64_t positions, std::uint64_t bytes) {
    std::lock_guard lock(mutex_);
    restored_ += positions;
    bytes_ += bytes;
    if (request_.on_progress) request_.on_progress(restored_, end_.value);
  }

  const RestoreRequest& request_;
  const RestoreSource& source_;
  log::BulkLog& log_;
  const Position end_;
  FilesNamed files_;
  std::vector<base::Digest> roots_;  // of the signed leaves of each stretch
  std::mutex mutex_;
  std::uint64_t restored_ = 0, bytes_ = 0;
};

Result<Position> end_of(const RestoreRequest& request, const RestoreSource& source) {
  TRY(Position end, base::position_in(request.to.value_or(source.end), source.epoch));
  if (end > source.end) {
    return base::error(base::ErrorCode::malformed,
                       "There is nothing after position " + std::to_string(source.end.value) + " to restore.");
  }
  if (request.to_time) {
    TRY(auto last, source.last_at_or_before(*request.to_time));
    if (!last) return base::error(base::ErrorCode::malformed, "Everything there is came after the time of --to-time.");
    end = std::min(end, last);
  }
  return end;
}

Result<bool> raises_epoch(const RestoreRequest& request, const RestoreSource& source, Position end) {
  const bool is_move = source.is_final && end == source.end;
  if (request.epoch == EpochChoice::keep && end != source.end) {
    return base::error(base::ErrorCode::malformed,
                       "The epoch can be kept only when everything is restored: positions after " +
                           std::to_string(end.value) + " are held by clients of the old store.");
  }
  if (request.epoch == EpochChoice::by_rule) return !is_move;
  return request.epoch == EpochChoice::raise;
}

// What is there besides the log: `files` attachments as links, each checked, and the keys of a backup that has them.
Result<std::uint64_t> bring_files(const RestoreRequest& request, std::uint64_t files, const std::string& to) {
  TRY(auto copied, backup::link_tree(request.from + "/files", to + "/files"));
  TRY(backup::copy_tree(request.from + "/keys", to + "/keys"));
  TRY(auto whole, check_attachments(to + "/files", request.from + "/files"));
  if (copied.files >= files) return whole.files;  // an older export has them beside it, by hand
  return base::error(base::ErrorCode::corrupt, request.from + " has " + std::to_string(copied.files) +
                                                   " attachments, and its manifest says " + std::to_string(files) +
                                                   ". Take another copy of it, or an older one.");
}

Result<std::unique_ptr<RestoreSource>> open_restore_source(const RestoreRequest& request, files::FileIo& io) {
  auto manifest = backup::read_backup_manifest(request.from);
  if (manifest) return open_backup_source(request.from, manifest.value());
  if (manifest.error().code != base::ErrorCode::not_found) return std::move(manifest).error();
  return open_export_source(request.from, io);
}
}  // namespace

Result<RestoreReport> restore(const RestoreRequest& request) {
  TRY(auto chosen, files::choose_file_io(request.io));
  TRY(auto source, open_restore_source(request, *chosen.io));
  RestoreReport report;
  report.available = source->end;
  TRY(report.end, end_of(request, *source));
  TRY(report.epoch_raised, raises_epoch(request, *source, report.end));
  TRY(auto folder, WorkFolder::open(request.data));
  TRY(auto log, log::BulkLog::create(folder.path()));
  Restore copying(request, *source, *log, report.end);
  TRY(copying.copy_records());
  report.record_bytes = copying.record_bytes();
  log::BulkIdentity identity{source->cluster, source->epoch, std::nullopt};
  if (report.epoch_raised) {
    ++identity.epoch;
    identity.loss_after = report.end;
  }
  report.epoch = identity.epoch;
  if (report.end == source->end) report.root = source->root;
  TRY(log->finish(identity));
  TRY(report.attachments, bring_files(request, source->attachments, folder.path()));
  report.attachments_missing = copying.files().count_missing(folder.path() + "/files");
  report.had_attachments = source->has_attachments;
  if (request.before_naming) {
    TRY(folder.lend(request.before_naming));
  }
  TRY(folder.rename());
  return report;
}

}  // namespace hansard::segments
