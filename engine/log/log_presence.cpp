#include "engine/log/log_presence.h"

#include <filesystem>
#include <system_error>

namespace hansard::log {

namespace {
namespace fs = std::filesystem;

bool is_of_database(const std::string& name) {
  return name == "CURRENT" || name.starts_with("MANIFEST-") || name.ends_with(".sst");
}
}  // namespace

bool has_log(const std::string& data_folder) {
  const fs::path folder(data_folder);
  std::error_code problem;
  if (fs::exists(folder / "log.witness", problem) || problem) return true;
  if (!fs::exists(folder / "log", problem)) return static_cast<bool>(problem);
  for (fs::directory_iterator at(folder / "log", problem), end; !problem && at != end; at.increment(problem)) {
    if (is_of_database(at->path().filename().string())) return true;
  }
  return static_cast<bool>(problem);
}

}  // namespace hansard::log
