#include "engine/base/whole_file.h"

#include <sys/stat.h>

#include <fstream>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace hansard::base {

TEST_CASE("a file is read to its end, and no longer than it may be") {
  support::TempFolder folder;
  const std::string path = folder.write("small", "five!");
  CHECK(read_whole_file(path).value() == "five!");
  CHECK(read_whole_file(path, 5).value() == "five!");
  CHECK(read_whole_file(path, 4).error().code == ErrorCode::corrupt);
  CHECK(read_whole_file(folder.write("empty", ""), 0).value().empty());
}

TEST_CASE("what comes in many pieces is one file") {
  support::TempFolder folder;
  const std::string path = folder.path("pipe"), bytes(300'001, 'b');  // several times what a pipe holds
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(path, std::ios::binary) << bytes; });
  auto read = read_whole_file(path, 400'000);
  writer.join();
  REQUIRE(read);
  CHECK(read.value() == bytes);
}

TEST_CASE("a file that is not there is told from one that cannot be read") {
  support::TempFolder folder;
  CHECK(read_whole_file(folder.path("none")).error().code == ErrorCode::not_found);
  CHECK(read_file_if_there(folder.path("none")).value() == std::nullopt);
  for (const std::string& path : {folder.path(), std::string("/proc/self/mem")}) {  // EISDIR and EIO
    auto refused = read_file_if_there(path);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::io);
    CHECK(refused.error().detail.find("cannot read " + path) == 0);
  }
}

}  // namespace hansard::base
