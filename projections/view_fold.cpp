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
  base::Result<void> outcome = base::success();
  std::size_t applied = apply_all(events, outcome);
  if (applied < events.size()) {
    // The batch may hold a part of the failed event: start over with those before it.
    start_over();
    if (outcome.error().code == base::ErrorCode::shutting_down) return outcome;
    base::Result<void> again = base::success();
    CHECK(apply_all(events.first(applied), again) == applied);
  }
  if (applied > 0) commit(applied >= kFileEventsMin);
  return outcome;
}

void ViewFold::start_over() {
  rows_.discard();
  const std::uint32_t epoch = next_.epoch;
  next_ = store_->checkpoint();
  next_.epoch = epoch;
}

std::size_t ViewFold::apply_all(std::span<const engine::EventPtr> events, base::Result<void>& outcome) {
  std::size_t applied = 0;
  for (const engine::EventPtr& event : events) {
    if (event->position != next_.position.next()) {
      outcome = base::error(base::ErrorCode::corrupt, "the event at position " + std::to_string(event->position.value) +
                                                          " does not follow " + std::to_string(next_.position.value));
      return applied;
    }
    base::Result<bool> known = kind_.apply(*event, rows_);
    if (!known) {
      outcome = known.error();
      return applied;
    }
    next_.position = event->position;
    next_.unknown_events += known.value() ? 0 : 1;
    ++applied;
    base::SpareTime::give_way();
    if (breath_ && applied % kBreathEvents == 0 && applied < events.size() && !breath_()) {
      outcome = base::error(base::ErrorCode::shutting_down, "cancelled");
      return applied;
    }
  }
  return applied;
}

void ViewFold::commit(bool as_file) {
  std::span<const RowChange> changes = rows_.changes(next_.digest);
  if (as_file) {
    store_->commit_file(changes, next_);
  } else {
    store_->commit(changes, next_);
  }
  rows_.committed();
}

}  // namespace hansard::projections
