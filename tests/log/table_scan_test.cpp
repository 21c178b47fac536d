// Every value that a table holds is found, whatever hides it.
#include "engine/log/table_scan.h"

#include <filesystem>
#include <memory>
#include <set>

#include <catch2/catch.hpp>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include "tests/support/temp_folder.h"

namespace hansard::log {
namespace {

std::multiset<std::string> values_in(const std::string& folder) {
  std::multiset<std::string> values;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".sst") continue;
    auto read = for_each_table_value(entry.path(), [&](std::string_view, std::string_view value) {
      if (!value.empty()) values.emplace(value);
    });
    REQUIRE(read);
  }
  return values;
}

}  // namespace

TEST_CASE("a table is read with its older versions, what was removed and what a range hides, whatever its codec") {
  for (const auto codec : {rocksdb::kNoCompression, rocksdb::kLZ4Compression}) {
    support::TempFolder folder;
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = codec;
    rocksdb::BlockBasedTableOptions table;
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.format_version = 5;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DB* opened = nullptr;
    REQUIRE(rocksdb::DB::Open(options, folder.path(), &opened).ok());
    std::unique_ptr<rocksdb::DB> db(opened);
    REQUIRE(db->Put({}, "a", "first").ok());
    const auto* before = db->GetSnapshot();
    REQUIRE(db->Put({}, "a", "second").ok());
    const auto* between = db->GetSnapshot();
    REQUIRE(db->Delete({}, "a").ok());
    REQUIRE(db->Put({}, "b", "removed").ok());
    const auto* there = db->GetSnapshot();
    REQUIRE(db->Delete({}, "b").ok());
    REQUIRE(db->Put({}, "c", "in a range").ok());
    const auto* ranged = db->GetSnapshot();
    REQUIRE(db->DeleteRange({}, db->DefaultColumnFamily(), "c", "d").ok());
    REQUIRE(db->Put({}, "e", "live").ok());
    REQUIRE(db->Flush({}).ok());
    CHECK(values_in(folder.path()) == std::multiset<std::string>{"first", "second", "removed", "in a range", "live"});
    for (const auto* snapshot : {before, between, there, ranged}) db->ReleaseSnapshot(snapshot);
  }
}

TEST_CASE("what is no table is an error") {
  support::TempFolder folder;
  CHECK_FALSE(for_each_table_value(folder.write("x.sst", "no table"), [](std::string_view, std::string_view) {}));
}

}  // namespace hansard::log
