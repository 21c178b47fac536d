#include "engine/base/folder_seal.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "engine/base/crc32c.h"
#include "engine/base/hash.h"
#include "tests/support/temp_folder.h"

namespace hansard::base {
namespace {

using support::TempFolder;

void open_and_close(const std::string& folder) {
  auto seal = FolderSeal::lift(folder);
  REQUIRE(seal);
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(file)), {}};
}

TEST_CASE("a sealed folder says what its files were") {
  TempFolder folder;
  folder.write("CURRENT", "MANIFEST-000001\n");
  folder.write("search.1.db", std::string(3'000'000, 'x'));
  folder.write("000007.sst", "has a checksum of its own");
  folder.write("LOG", "a trace");
  open_and_close(folder.path());
  auto sealed = read_seal(folder.path());
  REQUIRE(sealed);
  REQUIRE(sealed.value().size() == 2);
  CHECK(sealed.value()[0] == SealedFile{"CURRENT", 16, crc32c("MANIFEST-000001\n")});
  CHECK(sealed.value()[1] == SealedFile{"search.1.db", 3'000'000, crc32c(std::string(3'000'000, 'x'))});
  CHECK(sealed.value() == sum_files(folder.path(), kSealedBytesMax).value());
}

TEST_CASE("while a folder is open it has no seal, and closing again makes a new one") {
  TempFolder folder;
  folder.write("a", "1");
  open_and_close(folder.path());
  {
    auto seal = FolderSeal::lift(folder.path());
    REQUIRE(seal);
    CHECK(read_seal(folder.path()).error().code == ErrorCode::not_found);
    folder.write("a", "2");
    FolderSeal moved = std::move(seal.value());
  }
  CHECK(read_seal(folder.path()).value().at(0).crc == crc32c("2"));
}

// Whatever made the difference, one of the two sums is none of the file.
TEST_CASE("a folder whose files are read otherwise a second time gets no seal") {
  TempFolder folder;
  folder.write("a", "1");
  std::filesystem::create_symlink("/proc/sys/kernel/random/uuid", folder.path("another-each-time"));
  open_and_close(folder.path());
  CHECK(read_seal(folder.path()).error().code == ErrorCode::not_found);
}

TEST_CASE("every flipped bit of a seal is found") {
  TempFolder folder;
  folder.write("a", "some bytes");
  folder.write("b", "");
  open_and_close(folder.path());
  const std::string whole = content(folder.path(kSealName));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    folder.write(kSealName, damaged);
    INFO("bit " << bit);
    REQUIRE_FALSE(read_seal(folder.path()));
  }
}

TEST_CASE("a folder that is gone is not made by its seal") {
  TempFolder folder;
  {
    auto seal = FolderSeal::lift(folder.path("later"));
    REQUIRE(seal);
  }
  CHECK_FALSE(std::filesystem::exists(folder.path("later")));
}

TEST_CASE("a checksum goes on where it stopped") {
  const std::string bytes = "123456789 and some more, so that words and rest both come";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    CHECK(crc32c_extend(crc32c(std::string_view(bytes).substr(0, cut)), std::string_view(bytes).substr(cut)) ==
          crc32c(bytes));
  }
}

}  // namespace
}  // namespace hansard::base
