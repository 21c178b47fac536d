// The writer's part of a rebuild: slices between its own batches, and the step that hands over.
#include <utility>

#include "projections/search/index_writer.h"

namespace hansard::search {

using projections::RebuildState;

void IndexWriter::take_orders() {
  const auto orders = orders_.take();
  if (orders.build) {
    build_.reset();  // what waited for an order and got another
    auto opened = begin_build(engine_, folder_, options_.shelf_bits);
    if (!opened) return end_build(RebuildState::failed, opened.error().detail);
    build_ = std::make_unique<IndexBuild>(std::move(opened.value()), *orders.build, clock_);
  }
  if (orders.cancel) return end_build(RebuildState::cancelled, "");
  if (orders.swap && build_) build_->order_swap(*orders.swap);
}

void IndexWriter::build_some() {
  auto stepped = build_->step(engine_, *file_, pace_);
  if (!stepped) return end_build(RebuildState::failed, stepped.error().detail);
  orders_.note(build_->status());
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
  orders_.note(build_->status());
  build_.reset();
}

void IndexWriter::end_build(RebuildState state, std::string why) {
  if (build_) {
    build_->end(state, why);
    orders_.note(build_->status());
  }
  orders_.end(state, std::move(why));
  build_.reset();
}

}  // namespace hansard::search
