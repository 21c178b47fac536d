#include "engine/log/lost_logs.h"

#include <filesystem>
#include <vector>

#include "engine/base/durable_file.h"

namespace hansard::log {

namespace fs = std::filesystem;

namespace {
// It may lead to the log that is in use.
base::Error behind_link(const fs::path& link) {
  return base::error(base::ErrorCode::refused,
                     link.string() + " is a link, and what it leads to is not removed by an erasure: remove that " +
                         "folder where it is no other log's, and then the link");
}
}  // namespace

base::Result<void> remove_lost(const std::string& data_folder) {
  std::error_code failed;
  std::vector<fs::path> lost;
  fs::directory_iterator entry(data_folder, failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    if (entry->path().filename().string().starts_with(kLostPrefix)) lost.push_back(entry->path());
  }
  if (!failed && lost.empty()) return base::success();
  for (const fs::path& folder : lost) {
    if (!failed && fs::is_symlink(folder)) return behind_link(folder);
    if (!failed) fs::remove_all(folder, failed);
  }
  if (!failed) return base::sync_folder(data_folder);
  return base::error(base::ErrorCode::io,
                     "cannot remove what is left of lost logs in " + data_folder + ": " + failed.message());
}

}  // namespace hansard::log
