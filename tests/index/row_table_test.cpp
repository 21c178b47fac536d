#include "engine/index/row_table.h"

#include <map>
#include <string>

#include <catch2/catch.hpp>

namespace hansard::index {

namespace {
using Table = RowTable<int, std::string, std::hash<int>, std::equal_to<>>;
}  // namespace

TEST_CASE("a row is found by its key, and the newest under a key counts") {
  Table table;
  CHECK(table.empty());
  CHECK(table.find(1) == table.end());
  std::map<int, std::string> model;
  for (int i = 0; i < 5'000; ++i) {
    const int key = i * 7'919 % 1'000;
    model[key] = std::to_string(i);
    table.insert_or_assign(key, std::to_string(i));
  }
  CHECK(table.size() == model.size());
  for (const auto& [key, row] : model) {
    const auto found = table.find(key);
    REQUIRE(found != table.end());
    CHECK(*found == std::pair(key, row));
  }
  CHECK(table.find(1'000) == table.end());
}

TEST_CASE("rows stand in the order their keys came first") {
  Table table;
  for (int key : {5, 3, 9, 3, 5}) table.insert_or_assign(key, "");
  std::vector<int> keys;
  for (const auto& [key, row] : table) keys.push_back(key);
  CHECK(keys == std::vector{5, 3, 9});
}

}  // namespace hansard::index
