#include "engine/base/leftover_files.h"

#include <algorithm>
#include <filesystem>

namespace hansard::base {

Result<std::vector<std::string>> files_in(const std::string& folder, std::initializer_list<std::string_view> suffixes) {
  std::vector<std::string> names;
  std::error_code failed;
  std::filesystem::directory_iterator entry(folder, failed);
  for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
    std::string name = entry->path().filename().string();
    const bool counts = std::any_of(suffixes.begin(), suffixes.end(),
                                    [&name](std::string_view suffix) { return name.ends_with(suffix); });
    if (counts) names.push_back(std::move(name));
  }
  if (failed) return error(ErrorCode::io, "cannot list " + folder + ": " + failed.message());
  return names;
}

void remove_live(std::vector<std::string>& names, const std::vector<std::string>& live) {
  std::erase_if(names, [&live](const std::string& name) {
    return std::find(live.begin(), live.end(), "/" + name) != live.end();
  });
}

Result<void> remove_files(const std::string& folder, std::string_view prefix) {
  std::error_code failed;
  if (!std::filesystem::exists(folder, failed)) return success();
  std::vector<std::filesystem::path> left;
  std::filesystem::directory_iterator entry(folder, failed);
  for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
    if (entry->path().filename().string().starts_with(prefix)) left.push_back(entry->path());
  }
  for (const auto& path : left) {
    if (!failed) std::filesystem::remove(path, failed);
  }
  if (failed) return error(ErrorCode::io, "cannot clear " + folder + ": " + failed.message());
  return success();
}

bool are_gone(const std::string& folder, std::vector<std::string>& names) {
  std::erase_if(names, [&folder](const std::string& name) {
    std::error_code failed;
    return !std::filesystem::exists(std::filesystem::path(folder) / name, failed) && !failed;
  });
  return names.empty();
}

}  // namespace hansard::base
