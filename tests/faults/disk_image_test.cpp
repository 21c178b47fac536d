// The disk that everything else here stands on: does it lose what a disk may lose, and nothing else?
#include "tests/faults/disk_image.h"

#include <sys/stat.h>

#include <set>

#include <catch2/catch.hpp>

#include "tests/faults/campaign.h"
#include "tests/faults/child.h"
#include "tests/support/temp_folder.h"

namespace hansard::faults {

// Not a test of its own: what a campaign starts.
TEST_CASE("process under test", "[.]") { run_if_child(); }

namespace {
// Calls as a process would make them, on a folder that is empty or has one durable file.
struct Disk {
  explicit Disk(const std::string& durable = "") {
    if (!durable.empty()) folder.write("old", durable);
    image.emplace(folder.path());
    inode = 1'000'000;
  }
  std::uint64_t create(const std::string& path) {
    image->apply({OpKind::create, ++inode, 0, path, {}, {}});
    return inode;
  }
  std::uint64_t make_folder(const std::string& path) {
    image->apply({OpKind::make_folder, ++inode, 0, path, {}, {}});
    return inode;
  }
  void write(std::uint64_t file, std::uint64_t at, const std::string& bytes) {
    image->apply({OpKind::write, file, at, {}, {}, bytes});
  }
  void rename(const std::string& from, const std::string& to) { image->apply({OpKind::rename, 0, 0, from, to, {}}); }
  void remove(const std::string& path) { image->apply({OpKind::remove, 0, 0, path, {}, {}}); }
  // Covers everything so far.
  void sync(std::uint64_t file, OpKind kind = OpKind::sync) { image->apply({kind, file, ~0ull, {}, {}, {}}); }
  void sync_root() {
    struct stat found{};
    REQUIRE(::stat(folder.path().c_str(), &found) == 0);
    sync(found.st_ino);
  }
  Tree cut(Loss loss, std::uint64_t seed = 1) {
    std::mt19937_64 chance(seed);
    return image->cut(loss, chance);
  }

  support::TempFolder folder;
  std::optional<DiskImage> image;
  std::uint64_t inode = 0;
};
}  // namespace

TEST_CASE("bytes are there after a sync of their file and names after one of their folder") {
  Disk disk;
  const std::uint64_t file = disk.create("new");
  disk.write(file, 0, "bytes");
  CHECK(disk.cut(Loss::all).empty());
  disk.sync(file);
  CHECK(disk.cut(Loss::all).empty());
  disk.sync_root();
  CHECK(disk.cut(Loss::all) == Tree{{"new", "bytes"}});
  disk.write(file, 5, " more");
  CHECK(disk.cut(Loss::all) == Tree{{"new", "bytes"}});
  CHECK(disk.cut(Loss::nothing) == Tree{{"new", "bytes more"}});
}

TEST_CASE("a rename and a removal are undone together with what they replaced") {
  Disk disk("old bytes");
  const std::uint64_t file = disk.create("new");
  disk.write(file, 0, "new bytes");
  disk.sync(file);
  disk.rename("new", "old");
  CHECK(disk.cut(Loss::all) == Tree{{"old", "old bytes"}});
  disk.sync_root();
  CHECK(disk.cut(Loss::all) == Tree{{"old", "new bytes"}});
  disk.remove("old");
  CHECK(disk.cut(Loss::all) == Tree{{"old", "new bytes"}});
  CHECK(disk.cut(Loss::nothing).empty());
}

TEST_CASE("a folder that is not synced in its parent is lost with everything in it") {
  Disk disk;
  const std::uint64_t folder = disk.make_folder("folder");
  const std::uint64_t file = disk.create("folder/file");
  disk.write(file, 0, "x");
  disk.sync(file);
  disk.sync(folder);
  CHECK(disk.cut(Loss::all).empty());
  disk.sync_root();
  CHECK(disk.cut(Loss::all) == Tree{{"folder", std::nullopt}, {"folder/file", "x"}});
}

TEST_CASE("a file that moved to a synced folder does not come back to the one it was made in") {
  Disk disk;
  const std::uint64_t from = disk.make_folder("from"), to = disk.make_folder("to");
  disk.sync_root();
  disk.create("from/file");
  disk.rename("from/file", "to/file");
  disk.sync(to);
  const Tree moved{{"from", std::nullopt}, {"to", std::nullopt}, {"to/file", ""}};
  CHECK(disk.cut(Loss::all) == moved);
  CHECK(disk.cut(Loss::nothing) == moved);
  disk.sync(from);
  CHECK(disk.cut(Loss::all) == moved);
}

TEST_CASE("what a failed sync should have covered stays lost, also after a sync that works") {
  Disk disk("old");
  const std::uint64_t file = disk.create("new");
  disk.sync_root();
  disk.write(file, 0, "lost");
  disk.sync(file, OpKind::failed_sync);
  disk.write(file, 4, "kept");
  disk.sync(file);
  CHECK(disk.cut(Loss::all).at("new") == std::string("\0\0\0\0kept", 8));
}

TEST_CASE("synced bytes survive every cut, and unsynced ones may be lost in every way") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Disk disk;
    const std::uint64_t file = disk.create("file");
    disk.sync_root();
    disk.write(file, 0, std::string(700, 'a'));
    disk.sync(file);
    disk.write(file, 700, std::string(1'000, 'b'));
    disk.write(file, 1'700, std::string(10, 'c'));
    const std::string left = disk.cut(Loss::some, seed).at("file").value();
    REQUIRE(left.substr(0, 700) == std::string(700, 'a'));
    if (left.size() == 700) seen.insert("dropped");
    if (left.size() == 1'710 && left.ends_with("c")) seen.insert(left.find('\0') == left.npos ? "kept" : "holes");
    if (left.find_first_not_of(std::string("abc\0", 4)) != left.npos) seen.insert("garbled");
    if (left.size() > 700 && left.size() < 1'700) seen.insert("torn");
  }
  CHECK(seen == std::set<std::string>{"dropped", "kept", "holes", "garbled", "torn"});
}

}  // namespace hansard::faults
