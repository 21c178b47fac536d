// What the digest in a view's checkpoint must be: every row walked.
#pragma once

#include <memory>

#include "projections/digest.h"
#include "projections/keys.h"
#include "projections/view_store.h"

namespace hansard::projections {

inline RowDigest recompute_digest(const StoreSnapshot& snapshot) {
  RowDigest digest;
  std::unique_ptr<RowCursor> rows = snapshot.cursor();
  for (rows->seek(""); rows->valid(); rows->next()) {
    if (rows->key() != checkpoint_key().view()) digest.add(hash_row(rows->key(), rows->value()));
  }
  return digest;
}

}  // namespace hansard::projections
