#include "engine/base/folder_place.h"

#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

using namespace hansard;

namespace {
std::string problem_of(const std::string& path) {
  auto checked = base::check_place(path);
  if (checked) return "";
  CHECK(checked.error().code == base::ErrorCode::refused);
  CHECK(checked.error().detail.find(path + " is ") == 0);
  return checked.error().detail;
}
}  // namespace

TEST_CASE("a folder is put where nothing is or a folder") {
  support::TempFolder folder;
  std::filesystem::create_directory(folder / "there");
  CHECK(problem_of(folder / "there") == "");
  CHECK(problem_of(folder / "not-there") == "");
  CHECK(problem_of(folder / "not/there") == "");
}

TEST_CASE("a folder is not put onto a link, a file or a mount point") {
  support::TempFolder folder;
  std::filesystem::create_directory(folder / "there");
  std::filesystem::create_directory_symlink(folder / "there", folder / "link");
  std::filesystem::create_symlink(folder / "nowhere", folder / "dangling");
  folder.write("file", "");
  CHECK(problem_of(folder / "link").find("a link") != std::string::npos);
  CHECK(problem_of(folder / "dangling").find("a link") != std::string::npos);
  CHECK(problem_of(folder / "file").find("no folder") != std::string::npos);
  CHECK(problem_of("/proc").find("a mount point") != std::string::npos);
}
