// Many producers, one consumer, a fixed limit: full means an answer to the producer, never growth (I10).
//
// Thread: push from any; drain and wait from the one consumer; close from any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/clock.h"

namespace hansard::base {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t items_max) : items_max_(items_max) {}

  // False, with `item` untouched, when the queue is full or closed.
  [[nodiscard]] bool try_push(T&& item) {
    bool wake;
    {
      std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= items_max_) return false;
      items_.push_back(std::move(item));
      wake = std::exchange(waiting_, false);
    }
    if (wake) not_empty_.notify_one();
    return true;
  }

  // Waits until there is an item, the queue closes or `until` passes; then moves everything queued into `out`
  // (cleared first). False once closed and empty.
  bool drain(std::vector<T>& out, std::optional<MonotonicTime> until = std::nullopt) {
    out.clear();
    std::unique_lock lock(mutex_);
    while (items_.empty() && !closed_) {
      waiting_ = true;
      if (!until) {
        not_empty_.wait(lock);
      } else if (not_empty_.wait_until(lock, *until) == std::cv_status::timeout) {
        break;
      }
    }
    waiting_ = false;
    items_.swap(out);
    return !out.empty() || !closed_;
  }

  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    not_empty_.notify_all();
  }

  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  const std::size_t items_max_;
  mutable std::mutex mutex_;
  std::condition_variable not_empty_;
  std::vector<T> items_;
  bool waiting_ = false;
  bool closed_ = false;
};

}  // namespace hansard::base
