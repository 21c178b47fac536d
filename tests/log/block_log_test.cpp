#include "engine/log/block_log.h"

#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "tests/log/damage_fixture.h"

namespace hansard::log {
namespace {

struct Read {
  std::optional<std::size_t> broken;
  std::vector<std::pair<std::size_t, std::size_t>> records;  // place and size
};

Read read(std::string_view bytes) {
  Read found;
  found.broken = read_block_log(
      bytes, [&](std::size_t at, std::string_view record) { found.records.emplace_back(at, record.size()); });
  return found;
}

TEST_CASE("every record of a write-ahead log is read, over the ends of blocks") {
  TempFolder folder;
  make_stopped_log(folder.path(), 5'000);
  const std::string bytes = read_records(last_wal(folder.path()));
  REQUIRE(bytes.size() > 2 * kBlockBytes);
  const Read found = read(bytes);
  CHECK_FALSE(found.broken);
  CHECK(found.records.size() == kInWal);
  CHECK(found.records[0].first == 0);
  for (const auto& record : found.records) CHECK(record.second > 5'000);
}

TEST_CASE("every flipped bit of a write-ahead log or a MANIFEST is found, at or before its place") {
  TempFolder folder;
  make_stopped_log(folder.path(), 40);
  for (const std::string& path : {last_wal(folder.path()), files_with_prefix(folder.path("log"), "MANIFEST").back()}) {
    const std::string whole = read_records(path);
    REQUIRE_FALSE(read(whole).broken);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      std::string damaged = whole;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      const Read found = read(damaged);
      INFO(path << " bit " << bit);
      REQUIRE(found.broken);
      REQUIRE(*found.broken <= bit / 8);
    }
  }
}

TEST_CASE("padding at the end of a block is zero, and a record that is not finished is broken") {
  TempFolder folder;
  make_stopped_log(folder.path(), 5'000);
  const std::string bytes = read_records(last_wal(folder.path()));
  for (std::size_t cut = bytes.size() - 100; cut < bytes.size(); ++cut) {
    CHECK(read(std::string_view(bytes).substr(0, cut)).broken);
  }
  std::string padded(kBlockBytes + 10, '\0');
  CHECK(read(padded).broken == 0);
}

}  // namespace
}  // namespace hansard::log
