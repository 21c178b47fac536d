#include "replay/readable_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "engine/base/folder_walk.h"

namespace hansard::replay {

namespace {
namespace fs = std::filesystem;

// Asked of the rights this process has now, and without opening: a pipe would wait.
bool is_denied(const fs::path& path, int wanted) {
  return ::faccessat(AT_FDCWD, path.c_str(), wanted, AT_EACCESS) != 0 && errno == EACCES;
}

bool is_denied(const fs::path& path) {
  std::error_code gone;
  return is_denied(path, fs::is_directory(path, gone) ? R_OK | X_OK : R_OK);
}

// It names the folder that is in the way.
base::Error denied(fs::path path) {
  while (path.has_relative_path() && is_denied(path.parent_path(), X_OK)) path = path.parent_path();
  return base::error(base::ErrorCode::io, path.string() +
                                              " cannot be read: permission denied. Nothing was looked at; run this "
                                              "as the owner of the folder");
}
}  // namespace

base::Result<void> check_readable(const std::string& folder) {
  if (is_denied(folder)) return denied(folder);
  std::optional<fs::path> first;
  base::walk_folder(folder, [&](const fs::directory_entry& entry, int) {
    if (!first && is_denied(entry.path())) first = entry.path();
    return !first;
  });
  return first ? base::Result<void>(denied(*first)) : base::success();
}

}  // namespace hansard::replay
