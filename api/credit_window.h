// How many events may be under way to a subscriber that has not acknowledged them: his credit. An acknowledgement is a
// position and counts for everything at or below it.
//
// Invariant: positions in flight ascend; at most `window` of them. Thread: one.
#pragma once

#include <cstddef>
#include <deque>

#include "engine/base/ids.h"

namespace hansard::api {

class CreditWindow {
 public:
  explicit CreditWindow(std::size_t window) : window_(window) {}

  bool has_credit() const { return in_flight_.size() < window_; }
  std::size_t in_flight() const { return in_flight_.size(); }
  // While there is credit, each higher than the one before.
  void sent(base::Position at);
  void ack(base::Position up_to) {
    while (!in_flight_.empty() && in_flight_.front() <= up_to) in_flight_.pop_front();
  }
  // Everything at or below it is acknowledged or was filtered; `scanned` is how far the log was looked at.
  base::Position settled(base::Position scanned) const {
    return in_flight_.empty() ? scanned : base::Position{in_flight_.front().value - 1};
  }

 private:
  const std::size_t window_;
  std::deque<base::Position> in_flight_;
};

}  // namespace hansard::api
