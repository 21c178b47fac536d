#include "engine/proof/tile_store.h"

#include <filesystem>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/proof/tree.h"
#include "tests/support/temp_folder.h"

using namespace hansard::proof;
using namespace hansard::proof::test;
using hansard::support::TempFolder;

namespace {
std::unique_ptr<TileStore> open(const TempFolder& folder) {
  return std::move(TileStore::open(folder.path("proofs"), TileStore::Mode::write).value());
}

void grow(TileStore& store, CompactRange& range, const std::vector<Hash>& leaves, std::uint64_t to) {
  while (range.size() < to) {
    range.add(leaves[range.size()], [&](unsigned height, std::uint64_t, const Hash& hash) { store.add(height, hash); });
  }
  REQUIRE(store.flush());
}
}  // namespace

TEST_CASE("stored hashes give the root of every size, also after another start") {
  const TempFolder folder;
  const auto leaves = numbered_leaves(700);
  auto store = open(folder);
  CompactRange range;
  for (std::uint64_t size : {0u, 1u, 2u, 255u, 256u, 257u, 511u, 512u, 700u}) {
    grow(*store, range, leaves, size);
    CHECK(store->size() == size);
    CHECK(root_at(*store, size).value() == naive_root(first(leaves, size)));
    store = open(folder);
    CHECK(store->size() == size);
    CHECK(root_at(*store, size).value() == range.root());
    range = CompactRange::of(*store, size).value();
  }
}

TEST_CASE("a tree of 70,000 leaves has the tiles that C2SP tlog-tiles counts for it") {
  const TempFolder folder;
  auto store = open(folder);
  CompactRange range;
  const Hash leaf = leaf_hash("one and the same");
  grow(*store, range, std::vector<Hash>(70'000, leaf), 70'000);
  const auto bytes = [&](int level) {
    return std::filesystem::file_size(folder.path("proofs/v1/level-" + std::to_string(level)));
  };
  CHECK(bytes(0) == (273 * 256 + 112) * 32);
  CHECK(bytes(1) == (256 + 17) * 32);
  CHECK(bytes(2) == 32);
  CHECK(bytes(3) == 0);
}

TEST_CASE("stored hashes that end anywhere are taken up where all levels agree") {
  rc::prop("any level cut at any byte", [] {
    const TempFolder folder;
    const auto leaves = numbered_leaves(600);
    {
      auto store = open(folder);
      CompactRange range;
      grow(*store, range, leaves, 600);
    }
    const auto level = *rc::gen::inRange(0, 2);
    const std::string file = folder.path("proofs/v1/level-" + std::to_string(level));
    const auto size = *rc::gen::inRange<std::uint64_t>(0, std::filesystem::file_size(file) + 1);
    std::filesystem::resize_file(file, size);
    auto store = open(folder);
    RC_ASSERT(store->size() <= 600u);
    RC_ASSERT(root_at(*store, store->size()).value() == naive_root(first(leaves, store->size())));
    CompactRange range = CompactRange::of(*store, store->size()).value();
    grow(*store, range, leaves, 600);
    RC_ASSERT(root_at(*store, 600).value() == naive_root(leaves));
  });
}

TEST_CASE("what is cut is gone and can be added again") {
  const TempFolder folder;
  const auto leaves = numbered_leaves(300);
  auto store = open(folder);
  CompactRange range;
  grow(*store, range, leaves, 300);
  REQUIRE(store->cut(100));
  CHECK(store->size() == 100);
  CHECK_FALSE(store->node(0, 100));
  range = CompactRange::of(*store, 100).value();
  grow(*store, range, leaves, 300);
  CHECK(root_at(*store, 300).value() == naive_root(leaves));
}

TEST_CASE("a tile's path is that of C2SP tlog-tiles") {
  CHECK(parse_tile_name("0/x001/x234/067") == TileName{0, 1'234'067, 256});
  CHECK(parse_tile_name("2/000.p/1") == TileName{2, 0, 1});
  CHECK(parse_tile_name("1/x001/000.p/255") == TileName{1, 1'000, 255});
  CHECK(tile_path({0, 1'234'067, 256}) == "0/x001/x234/067");
  CHECK(tile_path({63, 7, 12}) == "63/007.p/12");
  for (const auto* path :
       {"", "0", "0/", "0/1", "0/0001", "0/x001", "0/x000/001", "00/001", "64/001", "0/001.p/0", "0/001.p/256",
        "0/001.p/01", "0/001.p", "0/001/p/1", "0/x01/001", "0/-01", "0/001/002", "a/001", "0/001.p/1/2"}) {
    INFO(path);
    CHECK_FALSE(parse_tile_name(path));
  }
}

TEST_CASE("every tile's path reads back") {
  rc::prop("any index and width", [] {
    const TileName tile{*rc::gen::inRange(0u, 64u), *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 48),
                        *rc::gen::inRange<std::uint64_t>(1, 257)};
    RC_ASSERT(parse_tile_name(tile_path(tile)) == tile);
  });
}
