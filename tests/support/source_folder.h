// The repository, for tests that read its files: the environment's HANSARD_SOURCE_DIR, which ctest sets, else the
// current directory. Not compiled in, so that a clone elsewhere is the same program.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace hansard::support {

inline std::string source_folder() {
  const char* given = std::getenv("HANSARD_SOURCE_DIR");
  std::string folder = given != nullptr ? given : std::filesystem::current_path().string();
  if (std::filesystem::exists(folder + "/docs/ARCHITECTURE.md")) return folder;
  throw std::runtime_error(folder + " is not the repository: run this there, or set HANSARD_SOURCE_DIR");
}

}  // namespace hansard::support
