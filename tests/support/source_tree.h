// The repository's sources as lines of text, for the tests that hold the tree to its own rules.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/source_folder.h"

namespace hansard::support {

struct Source {
  std::string path;  // relative to the repository
  std::vector<std::string> lines;
};

inline const std::vector<std::string> kRooms = {"engine", "projections", "api", "replay"};

inline std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

// Every header and source below these folders, by path.
inline std::vector<Source> sources(const std::vector<std::string>& folders) {
  const std::filesystem::path root = source_folder();
  std::vector<Source> found;
  for (const auto& folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".h") continue;
      found.push_back({std::filesystem::relative(entry.path(), root).string(), read_lines(entry.path())});
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  if (found.size() < 2) throw std::runtime_error("no sources below " + root.string());
  return found;
}

}  // namespace hansard::support
