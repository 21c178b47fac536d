#include "engine/base/folder_walk.h"

#include <fstream>
#include <set>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace fs = std::filesystem;
using namespace hansard;

namespace {
std::set<std::string> names_in(const fs::path& root, const std::string& not_into = "") {
  std::set<std::string> names;
  const auto problem = base::walk_folder(root, [&](const fs::directory_entry& entry, int depth) {
    const fs::path name = entry.path().lexically_relative(root);
    CHECK(std::distance(name.begin(), name.end()) == depth + 1);
    names.insert(name.string());
    return name != not_into;
  });
  CHECK_FALSE(problem);
  return names;
}
}  // namespace

TEST_CASE("a walk goes through links to folders and under the names of the links") {
  support::TempFolder folder;
  const fs::path root = folder / "data";
  fs::create_directories(root / "log");
  fs::create_directories(folder / "elsewhere/chat");
  std::ofstream(folder / "elsewhere/chat/file") << "x";
  fs::create_directory_symlink(folder / "elsewhere", root / "views");
  fs::create_symlink(folder / "nowhere", root / "dangling");
  CHECK(names_in(root) == std::set<std::string>{"log", "views", "views/chat", "views/chat/file", "dangling"});
  CHECK(names_in(root, "views") == std::set<std::string>{"log", "views", "dangling"});
  fs::create_directory_symlink(root, folder / "link");
  CHECK(names_in(folder / "link").size() == 5);
}

TEST_CASE("a walk ends where links lead back") {
  support::TempFolder folder;
  const fs::path root = folder / "data";
  fs::create_directories(root / "a");
  fs::create_directories(root / "b");
  fs::create_directory_symlink(root, root / "itself");
  fs::create_directory_symlink(root / "b", root / "a/to-b");
  fs::create_directory_symlink(root / "a", root / "b/to-a");
  fs::create_symlink("round", root / "round");
  CHECK(names_in(root) ==
        std::set<std::string>{"a", "a/to-b", "a/to-b/to-a", "b", "b/to-a", "b/to-a/to-b", "itself", "round"});
}

TEST_CASE("a folder that cannot be walked is told") {
  support::TempFolder folder;
  CHECK(base::walk_folder(folder / "nowhere", [](const auto&, int) { return true; }));
}
