// Folds events into a view's database, batch by batch: what the projector, a rebuild and the tests share.
//
// Invariants: I7; I8. After an error the database stands right before the event that could not be applied.
// Thread: one.
#pragma once

#include <memory>
#include <span>

#include "engine/base/result.h"
#include "engine/engine.h"
#include "projections/row_batch.h"
#include "projections/view_kind.h"
#include "projections/view_store.h"

namespace hansard::projections {

class ViewFold {
 public:
  static constexpr std::size_t kFileEventsMin = 10'000;

  ViewFold(const ViewKind& kind, std::shared_ptr<ViewStore> store, std::uint32_t epoch, std::size_t rows_cached_max);

  ViewStore& store() const { return *store_; }
  const Checkpoint& checkpoint() const { return store_->checkpoint(); }
  // Applies all of `events` and commits them as one batch. `corrupt`, naming the position, when one does not follow
  // the checkpoint or cannot be applied; those before it are committed.
  // Batches of kFileEventsMin and more are written as sorted files.
  base::Result<void> fold(std::span<const engine::EventPtr> events);

 private:
  // The number applied; less than all when the next cannot be.
  std::size_t apply_all(std::span<const engine::EventPtr> events, base::Result<void>& outcome);
  void commit(bool as_file);

  const ViewKind& kind_;
  std::shared_ptr<ViewStore> store_;
  RowBatch rows_;
  Checkpoint next_;  // what the batch under way leads to
};

}  // namespace hansard::projections
