#include "projections/search/rebuild_orders.h"

#include <utility>

namespace hansard::search {

using projections::RebuildState;

namespace {
base::Error refused(const char* why) { return base::error(base::ErrorCode::refused, why); }
}  // namespace

base::Result<void> RebuildOrders::rebuild(const projections::RebuildRequest& request) {
  {
    std::lock_guard lock(mutex_);
    TRY(may_rebuild_locked());
    wanted_.build = request;
    status_.emplace().compare_only = request.compare_only;
  }
  ring_();
  return base::success();
}

base::Result<void> RebuildOrders::may_rebuild() const {
  std::lock_guard lock(mutex_);
  return may_rebuild_locked();
}

base::Result<void> RebuildOrders::may_rebuild_locked() const {
  if (is_stopped_) return refused("the search view has stopped: start the server again");
  if (wanted_.build || (status_ && projections::is_under_way(status_->state))) {
    return refused("a rebuild is under way: wait for its end or cancel it");
  }
  return base::success();
}

base::Result<void> RebuildOrders::swap(bool force) {
  {
    std::lock_guard lock(mutex_);
    if (!status_ || !projections::waits_for_swap(status_->state)) {
      return refused("nothing is built that could be swapped: start a rebuild first");
    }
    if (status_->state == RebuildState::differs && !force) {
      return refused("what was built differs: cancel it, or force the swap");
    }
    wanted_.swap = force;
    status_->state = RebuildState::swapping;
  }
  ring_();
  return base::success();
}

base::Result<void> RebuildOrders::cancel() {
  {
    std::lock_guard lock(mutex_);
    const bool is_there =
        status_ && (projections::is_under_way(status_->state) || projections::waits_for_swap(status_->state));
    if (!is_there) return refused("no rebuild is under way");
    wanted_.cancel = true;
  }
  ring_();
  return base::success();
}

std::optional<projections::RebuildStatus> RebuildOrders::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

bool RebuildOrders::make_way() {
  std::lock_guard lock(mutex_);
  wanted_.cancel = wanted_.cancel || (status_ && projections::waits_for_swap(status_->state));
  if (status_) projections::forget_texts(*status_);
  return !wanted_.build && !wanted_.cancel && !(status_ && projections::is_under_way(status_->state));
}

RebuildOrders::Orders RebuildOrders::take() {
  std::lock_guard lock(mutex_);
  return std::exchange(wanted_, {});
}

void RebuildOrders::note(projections::RebuildStatus status) {
  std::lock_guard lock(mutex_);
  status_ = std::move(status);
}

void RebuildOrders::end(RebuildState state, std::string why) {
  std::lock_guard lock(mutex_);
  status_->state = state;
  status_->why = std::move(why);
}

void RebuildOrders::stop() {
  std::lock_guard lock(mutex_);
  is_stopped_ = true;
}

}  // namespace hansard::search
