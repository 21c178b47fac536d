#include "engine/backup/backups.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "engine/base/this_thread.h"
#include "engine/log/copy_log.h"
#include "engine/log/folder_lock.h"

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
}  // namespace

Backups::Backups(std::string data, std::string folder, const log::EventLog& log, base::Clock& clock)
    : data_(std::move(data)), folder_(std::move(folder)), log_(log), clock_(clock) {}

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
  TRY(log::make_folder(folder_));
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
  std::lock_guard lock(mutex_);
  latest_->state = made ? BackupState::done : BackupState::failed;
  if (made) {
    latest_->manifest = std::move(made).value();
  } else {
    latest_->problem = made.error().detail;
  }
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
