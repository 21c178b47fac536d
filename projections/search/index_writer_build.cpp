// The writer's part of a rebuild: orders in, slices between its own batches, and the step that hands over.
#include <utility>

#include "projections/search/index_writer.h"

namespace hansard::search {

using projections::RebuildState;

namespace {
base::Error refused(const char* why) { return base::error(base::ErrorCode::refused, why); }
}  // namespace

base::Result<void> IndexWriter::rebuild(const projections::RebuildRequest& request) {
  {
    std::lock_guard lock(mutex_);
    TRY(may_rebuild_locked());
    wanted_build_ = request;
    rebuild_.emplace().compare_only = request.compare_only;
  }
  ring();
  return base::success();
}

base::Result<void> IndexWriter::may_rebuild() const {
  std::lock_guard lock(mutex_);
  return may_rebuild_locked();
}

base::Result<void> IndexWriter::may_rebuild_locked() const {
  if (status_.stopped) return refused("the search view has stopped: start the server again");
  if (wanted_build_ || (rebuild_ && projections::is_under_way(rebuild_->state))) {
    return refused("a rebuild is under way: wait for its end or cancel it");
  }
  return base::success();
}

base::Result<void> IndexWriter::swap(bool force) {
  {
    std::lock_guard lock(mutex_);
    if (!rebuild_ || !projections::waits_for_swap(rebuild_->state)) {
      return refused("nothing is built that could be swapped: start a rebuild first");
    }
    if (rebuild_->state == RebuildState::differs && !force) {
      return refused("what was built differs: cancel it, or force the swap");
    }
    wanted_swap_ = force;
    rebuild_->state = RebuildState::swapping;
  }
  ring();
  return base::success();
}

base::Result<void> IndexWriter::cancel() {
  {
    std::lock_guard lock(mutex_);
    bool is_there =
        rebuild_ && (projections::is_under_way(rebuild_->state) || projections::waits_for_swap(rebuild_->state));
    if (!is_there) return refused("no rebuild is under way");
    wanted_cancel_ = true;
  }
  ring();
  return base::success();
}

std::optional<projections::RebuildStatus> IndexWriter::rebuild_status() const {
  std::lock_guard lock(mutex_);
  return rebuild_;
}

void IndexWriter::take_orders() {
  std::unique_lock lock(mutex_);
  auto build = std::exchange(wanted_build_, std::nullopt);
  auto swap = std::exchange(wanted_swap_, std::nullopt);
  bool cancel = std::exchange(wanted_cancel_, false);
  lock.unlock();
  if (build) {
    build_.reset();  // what waited for an order and got another
    auto opened = begin_build(engine_, folder_, options_.shelf_bits);
    if (!opened) return end_build(RebuildState::failed, opened.error().detail);
    build_ = std::make_unique<IndexBuild>(std::move(opened.value()), *build, clock_);
  }
  if (cancel) return end_build(RebuildState::cancelled, "");
  if (swap && build_) build_->order_swap(*swap);
}

void IndexWriter::build_some() {
  auto stepped = build_->step(engine_, *file_, pace_);
  if (!stepped) return end_build(RebuildState::failed, stepped.error().detail);
  note_build();
  if (build_->is_ready()) return swap_built();
  const RebuildState state = build_->status().state;
  if (!projections::is_under_way(state) && !projections::waits_for_swap(state)) build_.reset();  // it only compared
}

void IndexWriter::swap_built() {
  auto taken = build_->take();
  if (!taken) return end_build(RebuildState::failed, taken.error().detail);
  const std::string before = generation_->path;
  retired_ = generation_->applied;
  take(std::move(taken.value()));
  remove_generation(before);
  note_build();
  build_.reset();
}

void IndexWriter::end_build(RebuildState state, std::string why) {
  if (build_) build_->end(state, why);
  std::lock_guard lock(mutex_);
  if (build_) rebuild_ = build_->status();
  rebuild_->state = state;
  rebuild_->why = std::move(why);
  build_.reset();
}

void IndexWriter::note_build() {
  std::lock_guard lock(mutex_);
  rebuild_ = build_->status();
}

}  // namespace hansard::search
