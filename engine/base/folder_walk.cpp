#include "engine/base/folder_walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace hansard::base {

namespace {
namespace fs = std::filesystem;

// Of a folder, whatever name and link it is reached by.
using Place = std::pair<dev_t, ino_t>;

Place place_of(const fs::path& folder) {
  struct stat status{};
  return ::stat(folder.c_str(), &status) == 0 ? Place{status.st_dev, status.st_ino} : Place{};
}
}  // namespace

std::error_code walk_folder(const fs::path& folder, const WalkUse& use) {
  std::error_code problem, gone;
  std::vector<Place> above{place_of(folder)};
  fs::recursive_directory_iterator at(folder, fs::directory_options::follow_directory_symlink, problem);
  for (const fs::recursive_directory_iterator end; !problem && at != end; at.increment(problem)) {
    above.resize(static_cast<std::size_t>(at.depth()) + 1);
    const bool goes_in = use(*at, at.depth());
    if (!at->is_directory(gone)) continue;
    above.push_back(place_of(at->path()));
    const bool is_loop = std::find(above.begin(), above.end() - 1, above.back()) != above.end() - 1;
    if (!goes_in || is_loop) at.disable_recursion_pending();
  }
  return problem;
}

}  // namespace hansard::base
