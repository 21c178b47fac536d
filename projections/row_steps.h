// Passing over rows one does not want: step by step while they are few, then by a seek.
//
// Thread: one; plain values.
#pragma once

#include "projections/row_source.h"

namespace hansard::projections {

class RowSteps {
 public:
  static constexpr int kSteppedMax = 8;

  // On to the next row; after kSteppedMax of them to the first at or after the key `beyond` makes, which skips nothing
  // wanted.
  template <class Beyond>
  void pass(RowCursor& at, const Beyond& beyond) {
    if (++stepped_ <= kSteppedMax) return at.next();
    stepped_ = 0;
    at.seek(beyond());
  }
  void reset() { stepped_ = 0; }

 private:
  int stepped_ = 0;
};

}  // namespace hansard::projections
