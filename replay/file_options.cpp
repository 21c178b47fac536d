#include "replay/file_options.h"

#include <CLI/CLI.hpp>

namespace hansard::replay {

void add_io_option(CLI::App& words, std::string& io) {
  words.add_option("--io", io, "how files are read and written: auto, uring or posix")
      ->check(CLI::IsMember({"auto", "uring", "posix"}));
}

files::IoChoice io_choice(const std::string& word) {
  if (word == "uring") return files::IoChoice::uring;
  return word == "posix" ? files::IoChoice::posix : files::IoChoice::automatic;
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace hansard::replay
