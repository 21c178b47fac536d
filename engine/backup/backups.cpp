#include "engine/backup/backups.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "engine/base/durable_file.h"
#include "engine/base/this_thread.h"
#include "engine/log/copy_log.h"

namespace hansard::backup {

namespace {
namespace fs = std::filesystem;

constexpr std::size_t kNameBytesMax = 64;

// A name is a folder's: it leads nowhere else and looks the same on every file system.
bool is_name(const std::string& name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.size() <= kNameBytesMax && name.front() != '.' && !name.ends_with(".partial") &&
         name.find_first_not_of(kAllowed) == std::string::npos;
}

// 2024-01-01T00-00-00Z
std::string name_of(base::Timestamp time) {
  std::string name = base::time_text(time).substr(0, 19) + "Z";
  std::replace(name.begin(), name.end(), ':', '-');
  return name;
}

base::Error not_for_backups(const std::string& folder, const std::string& why) {
  return base::error(base::ErrorCode::refused,
                     "Backups cannot go into " + folder + " (`folder` in the section [backup]): " + why);
}
}  // namespace

Result<void> check_backup_folder(const std::string& folder) {
  std::error_code problem;
  const auto is = fs::status(folder, problem);
  if (fs::exists(is) && !fs::is_directory(is)) return not_for_backups(folder, "it is no folder");
  auto made = base::make_folder(folder);
  if (!made) return not_for_backups(folder, made.error().detail);
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) == 0) return base::success();
  return not_for_backups(folder, std::error_code(errno, std::generic_category()).message());
}

Backups::Backups(std::string data, std::string folder, const log::EventLog& log, base::Clock& clock, Trouble tell)
    : data_(std::move(data)), folder_(std::move(folder)), log_(log), clock_(clock), tell_(std::move(tell)) {
  for (const BackupStatus& status : list()) {
    const auto time = base::parse_time(status.manifest.created_at);
    if (time && time->ms > counts_.last_made.ms) counts_.last_made = *time;
  }
}

Backups::~Backups() {
  is_stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Result<BackupStatus> Backups::start(const std::string& given) {
  if (!is_configured()) {
    return base::error(base::ErrorCode::refused,
                       "No folder for backups is configured: set `folder` in the section [backup].");
  }
  const std::string name = given.empty() ? name_of(clock_.now()) : given;
  if (!is_name(name)) {
    return base::error(base::ErrorCode::malformed,
                       "`name` is 1 to 64 of letters, digits, `-`, `_` and `.`, and begins with no dot.");
  }
  TRY(base::make_folder(folder_));
  std::lock_guard lock(mutex_);
  if (latest_ && latest_->state == BackupState::running) {
    return base::error(base::ErrorCode::in_use, "The backup '" + latest_->manifest.name + "' is being made.");
  }
  std::error_code ignored;
  if (fs::exists(folder_ + "/" + name, ignored)) {
    return base::error(base::ErrorCode::in_use, "There is a backup '" + name + "' already.");
  }
  if (thread_.joinable()) thread_.join();
  try {
    thread_ = std::thread([this, name] { run(name); });  // it needs the lock before it tells of an end
  } catch (const std::system_error& error) {
    return base::error(base::ErrorCode::io, std::string("There is no thread for a backup: ") + error.what());
  }
  latest_.emplace();
  latest_->state = BackupState::running;
  latest_->manifest.name = name;
  return *latest_;
}

void Backups::run(const std::string& name) {
  base::begin_thread("backup");
  BackupRequest request{data_, folder_ + "/" + name, false, false, {}, {}};
  request.copy_log = [this](const std::string& folder) { return log::copy_log(log_, folder); };
  request.goes_on = [this] { return !is_stopping_; };
  auto made = make_backup(request, clock_);
  if (!made) return keep_failure(name, made.error());
  std::lock_guard lock(mutex_);
  latest_->state = BackupState::done;
  latest_->manifest = std::move(made).value();
  counts_.last_made = clock_.now();
}

void Backups::keep_failure(const std::string& name, const base::Error& error) {
  const bool is_broken_off = error.code == base::ErrorCode::shutting_down;
  if (tell_ && !is_broken_off) tell_(name, error);
  std::lock_guard lock(mutex_);
  latest_->state = BackupState::failed;
  latest_->problem = error.detail;
  counts_.failed += is_broken_off ? 0 : 1;
}

BackupCounts Backups::counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

std::vector<BackupStatus> Backups::list() const {
  std::vector<std::string> names;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder_, problem)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  if (names.size() > kListedMax) names.erase(names.begin(), names.end() - kListedMax);
  std::lock_guard lock(mutex_);
  const bool has_open = latest_ && latest_->state != BackupState::done;
  std::vector<BackupStatus> found;
  for (const std::string& name : names) {
    // One that is being made has a manifest before its end is told, beside or under its name.
    if (name.ends_with(".partial") || (has_open && name == latest_->manifest.name)) continue;
    auto manifest = read_backup_manifest(folder_ + "/" + name);
    if (manifest) found.push_back({BackupState::done, std::move(manifest).value(), ""});
  }
  if (has_open) found.push_back(*latest_);
  return found;
}

std::optional<BackupStatus> Backups::find(const std::string& name) const {
  for (BackupStatus& status : list()) {
    if (status.manifest.name == name) return std::move(status);
  }
  return std::nullopt;
}

}  // namespace hansard::backup
