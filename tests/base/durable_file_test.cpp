#include "engine/base/durable_file.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace hansard::base {

namespace {
std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
}  // namespace

TEST_CASE("a file is replaced as a whole, is its owner's alone and leaves nothing beside it") {
  support::TempFolder folder;
  const std::string path = folder.path("kept");
  REQUIRE(replace_file(path, "long before"));
  REQUIRE(replace_file(path, "now"));
  CHECK(content_of(path) == "now");
  struct stat found{};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("what cannot be written is told with its path, and the old file stays") {
  support::TempFolder folder;
  const std::string path = folder.path("kept");
  REQUIRE(replace_file(path, "before"));
  std::filesystem::create_directory(path + ".new");
  auto refused = replace_file(path, "now");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find(path + ".new") != std::string::npos);
  CHECK(content_of(path) == "before");
}

TEST_CASE("a full device is told from other trouble") {
  CHECK(code_of_errno(EDQUOT) == ErrorCode::disk_full);
  CHECK(code_of_errno(EIO) == ErrorCode::io);
  auto refused = write_synced("/dev/full", "x");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::disk_full);
}

TEST_CASE("a copy has every byte and the mode, and replaces nothing") {
  support::TempFolder folder;
  const std::string bytes(3'000'001, 'b');
  folder.write("from", bytes);
  REQUIRE(::chmod(folder.path("from").c_str(), 0640) == 0);
  REQUIRE(copy_file(folder.path("from"), folder.path("copy")));
  CHECK(content_of(folder.path("copy")) == bytes);
  struct stat found{};
  REQUIRE(::stat(folder.path("copy").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0640);
  auto refused = copy_file(folder.path("from"), folder.path("from"));
  REQUIRE_FALSE(refused);
  CHECK(content_of(folder.path("from")) == bytes);
}

TEST_CASE("a copy that fails names the file that was in the way") {
  support::TempFolder folder;
  folder.write("from", std::string(100'000, 'b'));
  auto unread = copy_file(folder.path(), folder.path("x"));
  REQUIRE_FALSE(unread);
  CHECK(unread.error().detail.find("cannot read " + folder.path()) == 0);

  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{50'000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  auto unwritten = copy_file(folder.path("from"), folder.path("to"));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  REQUIRE_FALSE(unwritten);
  CHECK(unwritten.error().detail.find("cannot write " + folder.path("to")) == 0);
}

TEST_CASE("a link shares its bytes, a copy does not, and a file that is gone is not found") {
  support::TempFolder folder;
  folder.write("from", "bytes");
  REQUIRE(link_or_copy(folder.path("from"), folder.path("link")));
  REQUIRE(copy_file(folder.path("from"), folder.path("copy")));
  CHECK(std::filesystem::hard_link_count(folder.path("from")) == 2);
  CHECK(content_of(folder.path("copy")) == "bytes");
  CHECK(link_or_copy(folder.path("none"), folder.path("x")).error().code == ErrorCode::not_found);
}

}  // namespace hansard::base
