// Two databases of rows that should hold the same: how many differ, and the first of them in words.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "replay/verify/database_rows.h"

namespace hansard::verify {

struct RowDifferences {
  std::uint64_t rows = 0;  // compared
  std::uint64_t differing = 0;
  std::string first;  // in words, "" when none differs
};

struct RowWords {
  // A key, in words.
  std::function<std::string(std::string_view key)> name;
  // A row that may be missing from the stored ones.
  std::function<bool(std::string_view key, std::string_view value)> may_be_missing;
};

base::Result<RowDifferences> compare_rows(const RowDatabase& stored, const RowDatabase& folded, const RowWords& words);

// "0a1b..", shortened in the middle when it is long.
std::string hex_text(std::string_view bytes);

}  // namespace hansard::verify
