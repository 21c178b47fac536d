#include "engine/base/position_gate.h"

#include <algorithm>
#include <vector>

#include "engine/base/check.h"

namespace hansard::base {

namespace {
// The standard library adds the timeout to the clock, and the sum must not overflow.
constexpr std::chrono::hours kWaitMax{24 * 365};
}  // namespace

void PositionGate::reach(Position to) {
  std::lock_guard lock(mutex_);
  CHECK(to.value >= reached_.load(std::memory_order_relaxed), to.value, reached_.load());
  reached_.store(to.value, std::memory_order_release);
}

void PositionGate::ring() {
  const Position to = reached();
  std::vector<std::function<void()>> due;
  bool wake;
  {
    std::lock_guard lock(mutex_);
    auto end = callbacks_.upper_bound(to);
    for (auto it = callbacks_.begin(); it != end; ++it) due.push_back(std::move(it->second.second));
    callbacks_.erase(callbacks_.begin(), end);
    wake = sleepers_ > 0;
  }
  if (wake) changed_.notify_all();
  for (auto& callback : due) callback();
}

bool PositionGate::wait_for(Position wanted, std::chrono::nanoseconds timeout) {
  if (reached() >= wanted) return true;
  if (hurry_) hurry_();
  timeout = std::min<std::chrono::nanoseconds>(timeout, kWaitMax);
  std::unique_lock lock(mutex_);
  ++sleepers_;
  bool ok = changed_.wait_for(lock, timeout, [&] { return reached() >= wanted; });
  --sleepers_;
  return ok;
}

PositionGate::Ticket PositionGate::notify_at(Position wanted, std::function<void()> callback, Wait wait) {
  std::unique_lock lock(mutex_);
  if (reached() >= wanted) {
    lock.unlock();
    callback();
    return 0;
  }
  callbacks_.emplace(wanted, std::pair(next_ticket_, std::move(callback)));
  const Ticket ticket = next_ticket_++;
  lock.unlock();
  if (hurry_ && wait == Wait::hurries) hurry_();
  return ticket;
}

void PositionGate::cancel(Ticket ticket) {
  std::lock_guard lock(mutex_);
  for (auto it = callbacks_.begin(); it != callbacks_.end(); ++it) {
    if (it->second.first != ticket) continue;
    callbacks_.erase(it);
    return;
  }
}

}  // namespace hansard::base
