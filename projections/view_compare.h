// Is a view that was built again the same as the one that serves? One answer by digest, and where it is no, the rows
// themselves: how many differ, and the first of them in words.
//
// The serving view's digest is taken from its rows, not from its checkpoint, so that a damaged row is found as well as
// a wrong fold.
//
// Thread: any; the snapshots belong to the caller.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "projections/keys.h"
#include "projections/view_kind.h"
#include "projections/view_store.h"

namespace hansard::projections {

struct RowDifference {
  std::string table;  // in words
  std::string key;    // in words
  std::string live;   // what it says, or that it is not there
  std::string rebuilt;
};

struct ViewComparison {
  Position at;  // of both
  std::uint64_t rows = 0;
  std::uint64_t differing = 0;
  std::optional<RowDifference> first;
  std::string live_digest, rebuilt_digest;  // hex
  bool is_equal() const { return differing == 0 && live_digest == rebuilt_digest; }
};

// Called every few thousand rows; false ends the comparison, whose result then means nothing.
using GoOn = std::function<bool()>;

// By digest; `differing` is 1 where they are not equal, and nothing is named.
ViewComparison compare_digests(const StoreSnapshot& live, const StoreSnapshot& rebuilt, const GoOn& go_on);
// By digest, and row by row where they are not equal.
ViewComparison compare_views(const ViewKind& kind, const StoreSnapshot& live, const StoreSnapshot& rebuilt,
                             const GoOn& go_on);
// Row by row, whatever the digests: for views whose rows are of different versions.
ViewComparison compare_rows(const ViewKind& kind, const StoreSnapshot& live, const StoreSnapshot& rebuilt,
                            const GoOn& go_on);

// "12 of 3400 rows differ; the first is ...", or that nothing differs.
std::string in_words(const ViewComparison& comparison);

}  // namespace hansard::projections
