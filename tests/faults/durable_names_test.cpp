// What a store has on the disk once it has promised something, and whether the journal of it leaves anything out.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "tests/faults/disk_image.h"
#include "tests/faults/promises.h"
#include "tests/faults/tested_process.h"
#include "tests/support/temp_folder.h"

namespace hansard::faults {

namespace {
// A new store after a whole life of `commands`.
struct Lived {
  explicit Lived(std::uint64_t commands, const std::string& plan = "") {
    std::filesystem::create_directories(folder / "work/disk");
    Promises().save(folder / "promises");
    image.emplace(folder / "work/disk");
    ended = run_process(folder / "work", {folder / "work/disk/data", folder / "promises", 7, commands}, plan);
    INFO(ended.said);
    REQUIRE(ended.status == kSound);
  }
  // Everything up to the first of these notes, or to the end, with nothing that was not synced.
  Tree strictly_at(const std::string& note) {
    for (const Op& op : ended.journal) {
      image->apply(op);
      if (op.kind == OpKind::note && op.bytes.starts_with(note)) break;
    }
    std::mt19937_64 unused(1);
    return image->cut(Loss::all, unused);
  }

  support::TempFolder folder;
  std::optional<DiskImage> image;
  Ended ended;
};
}  // namespace

TEST_CASE("the journal of a process has everything that it changed") {
  Lived lived(60);
  for (const Op& op : lived.ended.journal) lived.image->apply(op);
  std::mt19937_64 unused(1);
  const Tree recorded = lived.image->cut(Loss::nothing, unused), found = read_tree(lived.folder / "work/disk");
  for (const auto& [path, bytes] : found) {
    CAPTURE(path);
    REQUIRE(recorded.contains(path));
    REQUIRE(recorded.at(path) == bytes);
  }
  for (const auto& [path, bytes] : recorded) {
    CAPTURE(path);
    REQUIRE(found.contains(path));
  }
}

TEST_CASE("with the first acknowledgement everything it stands on has its name on the disk") {
  Lived lived(1);
  const Tree left = lived.strictly_at("ack ");
  for (const char* path : {"data/log/CURRENT", "data/log.witness", "data/keys/CURRENT", "data/checkpoint.key",
                           "data/proofs/checkpoint", "data/files/00"}) {
    CAPTURE(path);
    CHECK(left.contains(path));
  }
}

TEST_CASE("a consumer that was made, and the store it is kept in, outlive a power cut") {
  Lived lived(1);
  CHECK(lived.strictly_at(kConsumerNote).contains("data/outbox/CURRENT"));
}

TEST_CASE("a database's CURRENT names a MANIFEST whose own name is on the disk") {
  Lived lived(60);
  std::set<std::string> unsynced;  // folders with a new MANIFEST
  std::size_t renames = 0;
  const auto folder_of = [](const std::string& path) { return std::filesystem::path(path).parent_path().string(); };
  std::map<std::string, std::uint64_t> made;  // inodes; of others as they are found
  const auto is_folder_of = [&](const std::string& folder, const Op& op) {
    if (made.contains(folder)) return made[folder] == op.file;
    struct stat found{};
    return ::stat((lived.folder / ("work/disk/" + folder)).c_str(), &found) == 0 && found.st_ino == op.file;
  };
  for (const Op& op : lived.ended.journal) {
    const std::string name = std::filesystem::path(op.path).filename();
    if (op.kind == OpKind::make_folder) made[op.path] = op.file;
    if (op.kind == OpKind::create && name.starts_with("MANIFEST")) unsynced.insert(folder_of(op.path));
    if (op.kind == OpKind::sync) std::erase_if(unsynced, [&](const auto& one) { return is_folder_of(one, op); });
    if (op.kind != OpKind::rename || !op.other.ends_with("/CURRENT")) continue;
    CAPTURE(op.other);
    CHECK_FALSE(unsynced.contains(folder_of(op.other)));
    ++renames;
  }
  CHECK(renames >= 6);  // log, keys, index, typing, views, outbox
}

TEST_CASE("a disk that is slow to sync stops nothing") {
  // Views used to end the process when they had more to flush than the disk took.
  Lived lived(250, "slow:1:1000:30000");
  CHECK(lived.ended.status == kSound);
}

TEST_CASE("a data folder that was found is made durable like one that was made") {
  // Whoever made it may have been killed before he synced its name.
  Lived lived(1);
  struct stat root{};
  REQUIRE(::stat((lived.folder / "work/disk").c_str(), &root) == 0);
  const ChildOrder again{lived.folder / "work/disk/data", lived.folder / "promises", 7, 1};
  const Ended second = run_process(lived.folder / "work", again);
  const auto syncs_root = [&](const Op& op) { return op.kind == OpKind::sync && op.file == root.st_ino; };
  CHECK(std::any_of(second.journal.begin(), second.journal.end(), syncs_root));
}

}  // namespace hansard::faults
