#include "projections/live_view.h"

#include "engine/base/check.h"

namespace hansard::projections {

namespace {
// Rows cached between batches: a few hundred bytes each.
constexpr std::size_t kRowsCachedMax = 100'000;
}  // namespace

StoreOptions store_options(const ViewOptions& options, const ViewKind& kind) {
  return {options.write_buffer_bytes / kind.memory_share, options.block_cache_bytes / kind.memory_share, kind.rising};
}

std::string view_folder(const ViewOptions& options, const ViewKind& kind) {
  return options.data_folder + "/views/" + std::string(kind.name);
}

LiveView::LiveView(const engine::Engine& engine, const ViewKind& kind, OpenedView opened)
    : kind_(kind),
      rebuilt_at_(engine.durable()),
      fold_(std::make_unique<ViewFold>(kind, opened.store, engine.epoch(), kRowsCachedMax)),
      gate_(opened.store->checkpoint().position),
      current_{opened.store->snapshot(), 0},
      store_(opened.store),
      rebuilding_(std::move(opened.set_aside)) {}

ViewStatus LiveView::status() const {
  std::lock_guard lock(mutex_);
  const Checkpoint& at = current_.rows->checkpoint();
  return {std::string(kind_.name), at.position, at.digest.hex(), at.unknown_events, stopped_, rebuilding_};
}

LiveView::Current LiveView::current() const {
  std::lock_guard lock(mutex_);
  return current_;
}

void LiveView::fold(std::span<const engine::EventPtr> events, base::StepBack& back) {
  const Position before = position();
  const auto folded = fold_behind(events, back);
  if (position() > before) publish();
  if (!folded) stop_for_good(folded.error().detail);
}

base::Result<void> LiveView::fold_behind(std::span<const engine::EventPtr> events, base::StepBack& back) {
  const base::StepBack::Stretch stretch(back);
  return fold_->fold(events);
}

void LiveView::stop_for_good(std::string why) {
  has_stopped_ = true;
  std::lock_guard lock(mutex_);
  stopped_ = std::move(why);
}

// Who waits learns also of an earlier flush that nobody waited for, and that failed.
void LiveView::flush(bool wait) {
  if (is_unflushed_ || wait) fold_->store().flush(wait);
  is_unflushed_ = false;
}

std::unique_ptr<ViewFold> LiveView::replace(std::unique_ptr<ViewFold> rebuilt) {
  CHECK(rebuilt->checkpoint().position >= position(), "a view does not go back");
  fold_.swap(rebuilt);
  has_stopped_ = false;
  {
    std::lock_guard lock(mutex_);
    stopped_.reset();
    ++current_.generation;
    store_ = fold_->store().shared_from_this();
  }
  publish();
  return rebuilt;
}

base::Result<bool> LiveView::purge(Position through) {
  std::shared_ptr<ViewStore> store;
  {
    std::lock_guard lock(mutex_);
    store = store_;
  }
  return store->purge(through);
}

void LiveView::publish() {
  is_unflushed_ = true;
  std::shared_ptr<const StoreSnapshot> next = fold_->store().snapshot();
  Position reached = next->checkpoint().position;
  {
    std::lock_guard lock(mutex_);
    current_.rows.swap(next);
    if (reached >= rebuilt_at_) rebuilding_.reset();
  }
  gate_.advance(reached);
}

}  // namespace hansard::projections
