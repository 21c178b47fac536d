#include "replay/named_folder.h"

#include <filesystem>
#include <system_error>

#include "engine/log/log_presence.h"
#include "replay/readable_folder.h"

namespace hansard::replay {

using base::Result;

namespace {
namespace fs = std::filesystem;

// What cannot be looked at is there.
bool is_there(const fs::path& path) {
  std::error_code problem;
  return fs::exists(path, problem) || problem;
}

base::Error not_found(const std::string& what) { return base::error(base::ErrorCode::not_found, what); }

Result<void> find_folder(const std::string& path, const std::string& asked) {
  std::error_code problem;
  if (!is_there(path)) return not_found("there is no folder " + path + ": " + asked);
  if (fs::is_directory(path, problem) || problem) return base::success();
  return not_found(path + " is not a folder: " + asked);
}
}  // namespace

Result<void> find_store(const std::string& data, Reads reads) {
  const std::string asked = "--data is the data folder of a server";
  TRY(find_folder(data, asked));
  TRY(check_readable(reads == Reads::everything ? data : data + "/log"));
  if (!log::has_log(data)) return not_found("there is no event log in " + data + ": " + asked);
  return reads == Reads::attachments ? check_readable(data + "/files") : base::success();
}

Result<void> find_copy(const std::string& folder) {
  TRY(find_folder(folder, "name that of a backup or an export"));
  TRY(check_readable(folder));
  if (is_there(folder + "/manifest.json")) return base::success();
  return not_found("there is no manifest.json in " + folder +
                   ": it is no backup and no export, or one that was interrupted (make it again)");
}

}  // namespace hansard::replay
