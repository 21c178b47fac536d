#include "projections/bulk_fold.h"

#include "engine/base/check.h"
#include "projections/view_fold.h"

namespace hansard::projections {

namespace {
constexpr std::size_t kNeverTrimmed = SIZE_MAX;  // a batch goes as a whole
}

std::optional<std::string_view> BulkFold::Below::get(std::string_view key, std::string& scratch) const {
  if (auto known = written_.known(key)) return *known;
  return fold_.store_->newest().get(key, scratch);
}

std::vector<std::string> BulkFold::Below::keys_with(std::string_view prefix) const {
  fold_.settle();
  return fold_.store_->newest().keys_with(prefix);
}

void BulkFold::Below::mark_damaged() const { RowSource::mark_damaged(fold_.store_->newest()); }

BulkFold::BulkFold(const ViewKind& kind, std::shared_ptr<ViewStore> store, std::uint32_t epoch)
    : kind_(kind),
      store_(std::move(store)),
      epoch_(epoch),
      below_{Below(*this, rows_[1]), Below(*this, rows_[0])},
      rows_{RowBatch(below_[0], kNeverTrimmed), RowBatch(below_[1], kNeverTrimmed)} {
  start_over();
}

BulkFold::~BulkFold() { settle(); }

void BulkFold::start_over() {
  applied_rows().discard();
  next_ = store_->checkpoint();
  next_.epoch = epoch_;
}

base::Result<void> BulkFold::fold(std::span<const engine::EventPtr> events) {
  base::Result<void> outcome = base::success();
  std::size_t applied = apply_events(kind_, events, applied_rows(), next_, outcome);
  settle();
  if (applied < events.size()) {
    // The rows may hold a part of the failed event: start over with those before it.
    start_over();
    base::Result<void> again = base::success();
    CHECK(apply_events(kind_, events.first(applied), applied_rows(), next_, again) == applied);
  }
  if (applied > 0) write_behind(applied);
  return outcome;
}

void BulkFold::settle() {
  if (writing_.valid()) writing_.get();
}

void BulkFold::write_behind(std::size_t events) {
  RowBatch& rows = applied_rows();
  Checkpoint at = next_;
  at.digest = store_->checkpoint().digest;
  writing_ = std::async(std::launch::async, [this, &rows, at, events]() mutable {
    std::span<const RowChange> changes = rows.changes(at.digest);
    commit_rows(*store_, changes, at, events);
  });
  applying_ = 1 - applying_;
  applied_rows().discard();
}

}  // namespace hansard::projections
