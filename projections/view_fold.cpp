#include "projections/view_fold.h"

#include "engine/base/check.h"
#include "engine/base/spare_time.h"

namespace hansard::projections {

ViewFold::ViewFold(const ViewKind& kind, std::shared_ptr<ViewStore> store, std::uint32_t epoch,
                   std::size_t rows_cached_max)
    : kind_(kind), store_(std::move(store)), rows_(store_->newest(), rows_cached_max), next_(store_->checkpoint()) {
  next_.epoch = epoch;
}

base::Result<void> ViewFold::fold(std::span<const engine::EventPtr> events) {
  if (next_.position != store_->checkpoint().position) start_over();
  base::Result<void> outcome = base::success();
  std::size_t applied = apply_events(kind_, events, rows_, next_, outcome, breath_);
  if (applied < events.size()) {
    // The batch may hold a part of the failed event: start over with those before it.
    start_over();
    if (outcome.error().code == base::ErrorCode::shutting_down) return outcome;
    base::Result<void> again = base::success();
    CHECK(apply_events(kind_, events.first(applied), rows_, next_, again) == applied);
  }
  if (applied == 0) return outcome;
  std::span<const RowChange> changes = rows_.changes(next_.digest);
  commit_rows(*store_, changes, next_, applied);
  rows_.committed();
  return outcome;
}

void ViewFold::start_over() {
  rows_.discard();
  const std::uint32_t epoch = next_.epoch;
  next_ = store_->checkpoint();
  next_.epoch = epoch;
}

std::size_t apply_events(const ViewKind& kind, std::span<const engine::EventPtr> events, RowBatch& rows,
                         Checkpoint& next, base::Result<void>& outcome, const std::function<bool()>& breath) {
  std::size_t applied = 0;
  for (const engine::EventPtr& event : events) {
    if (event->position != next.position.next()) {
      outcome = base::error(base::ErrorCode::corrupt, "the event at position " + std::to_string(event->position.value) +
                                                          " does not follow " + std::to_string(next.position.value));
      return applied;
    }
    base::Result<bool> known = kind.apply(*event, rows);
    if (!known) {
      outcome = known.error();
      return applied;
    }
    next.position = event->position;
    next.unknown_events += known.value() ? 0 : 1;
    ++applied;
    base::SpareTime::give_way();
    if (breath && applied % ViewFold::kBreathEvents == 0 && applied < events.size() && !breath()) {
      outcome = base::error(base::ErrorCode::shutting_down, "cancelled");
      return applied;
    }
  }
  return applied;
}

void commit_rows(ViewStore& store, std::span<const RowChange> changes, const Checkpoint& at, std::size_t events) {
  if (events >= kFileEventsMin) {
    store.commit_file(changes, at);
  } else {
    store.commit(changes, at);
  }
}

}  // namespace hansard::projections
