// Folds events into a view's database, batch by batch: what the projector, a rebuild and the tests share.
//
// Invariants: I7; I8. After an error the database stands right before the event that could not be applied.
// Thread: one.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "engine/base/result.h"
#include "engine/engine.h"
#include "projections/row_batch.h"
#include "projections/view_kind.h"
#include "projections/view_store.h"

namespace hansard::projections {

// Applies events onto `rows` and moves `next` along, but for its digest. Returns how many; less than all when the next
// cannot be applied (`outcome` says why, and `rows` may hold a part of it) or `breath` says to stop.
std::size_t apply_events(const ViewKind& kind, std::span<const engine::EventPtr> events, RowBatch& rows,
                         Checkpoint& next, base::Result<void>& outcome, const std::function<bool()>& breath = {});

// Batches of kFileEventsMin and more are written as sorted files.
constexpr std::size_t kFileEventsMin = 10'000;
void commit_rows(ViewStore& store, std::span<const RowChange> changes, const Checkpoint& at, std::size_t events);

class ViewFold {
 public:
  static constexpr std::size_t kBreathEvents = 256;

  ViewFold(const ViewKind& kind, std::shared_ptr<ViewStore> store, std::uint32_t epoch, std::size_t rows_cached_max);

  ViewStore& store() const { return *store_; }
  const Checkpoint& checkpoint() const { return store_->checkpoint(); }
  std::uint32_t epoch() const { return next_.epoch; }
  // Called while folding, after each kBreathEvents: a rebuild lets others go first there, and says whether it goes on;
  // if not, the batch is not committed and `fold` fails with shutting_down. Nothing: it folds on.
  void set_breath(std::function<bool()> breath) { breath_ = std::move(breath); }
  // Applies all of `events` and commits them as one batch, after whatever the database has by now. `corrupt`, naming
  // the position, when one does not follow the checkpoint or cannot be applied; those before it are committed.
  base::Result<void> fold(std::span<const engine::EventPtr> events);

 private:
  void start_over();

  const ViewKind& kind_;
  std::shared_ptr<ViewStore> store_;
  RowBatch rows_;
  std::function<bool()> breath_;
  Checkpoint next_;  // what the batch under way leads to
};

}  // namespace hansard::projections
