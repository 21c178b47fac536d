#include "engine/base/folder_nesting.h"

#include <filesystem>
#include <system_error>

namespace hansard::base {

namespace {
namespace fs = std::filesystem;

// Without a slash at the end; "a/../b" is b even where nothing of it is there.
fs::path plain(const std::string& path) {
  std::error_code problem;
  auto full = fs::weakly_canonical(fs::absolute(path, problem), problem);
  if (problem) full = fs::absolute(path, problem).lexically_normal();
  return full.has_filename() ? full : full.parent_path();
}
}  // namespace

bool is_within(const std::string& path, const std::string& folder) {
  if (path.empty() || folder.empty()) return false;
  const auto below = plain(path).lexically_relative(plain(folder));
  return !below.empty() && *below.begin() != "..";
}

Result<void> check_outside(const std::string& path, const std::string& data_folder) {
  if (!is_within(path, data_folder)) return success();
  return error(ErrorCode::refused, path + " lies inside the data folder " + data_folder +
                                       ", where no erasure would reach it: name a folder outside.");
}

}  // namespace hansard::base
