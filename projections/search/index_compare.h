// Do two files of the index hold the same messages? Row by row, in slices, while both go on: a row that was compared
// changes afterwards only by events that both fold.
//
// Thread: the writer's.
#pragma once

#include <cstddef>

#include "projections/search/index_file.h"
#include "projections/view_compare.h"

namespace hansard::search {

class IndexComparison {
 public:
  static constexpr std::size_t kSliceRows = 5'000;

  // The next rows; true at the end. Both files stand at one position.
  base::Result<bool> step(IndexFile& live, IndexFile& rebuilt);
  const projections::ViewComparison& result() const { return found_; }

 private:
  void note(const StoredMessage* live, const StoredMessage* rebuilt);

  MessageNumber done_ = 0;
  projections::ViewComparison found_;
};

}  // namespace hansard::search
