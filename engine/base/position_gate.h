// "Wait until position": the durable position and every view's applied position are one of these, and they are the
// only bells in the house. A gate only rises.
//
// Thread: advance, reach and ring from the one owner; the rest from any. A callback runs on the owner's thread, or
// inside notify_at, and must only post elsewhere; it runs at most once. One that advance has already taken up may still
// run after cancel has returned, so what it refers to must live on by itself.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "engine/base/ids.h"

namespace hansard::base {

class PositionGate {
 public:
  using Ticket = std::uint64_t;

  explicit PositionGate(Position start = {}) : reached_(start.value) {}

  Position reached() const { return {reached_.load(std::memory_order_acquire)}; }
  void advance(Position to) {
    reach(to);
    ring();
  }
  // The two halves of advance, for an owner who has something to hand out between them: `to` is reached for all who
  // ask, and then those who wait are woken. Others' cores are busy with what they do next, and it is in the way.
  void reach(Position to);
  void ring();

  // Who can do nothing else until then hurries the owner; who follows takes what comes when it comes.
  enum class Wait : std::uint8_t { hurries, follows };

  // False when `timeout` (a year at most) passed first. Hurries.
  bool wait_for(Position wanted, std::chrono::nanoseconds timeout);
  // Calls `callback` once `wanted` is reached, at once and on this thread when it is already.
  Ticket notify_at(Position wanted, std::function<void()> callback, Wait wait = Wait::hurries);
  void cancel(Ticket ticket);
  // Called, by whoever it is, each time somebody who hurries begins to wait; register before others know the gate.
  void on_hurry(std::function<void()> hurry) { hurry_ = std::move(hurry); }

 private:
  std::atomic<std::uint64_t> reached_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t sleepers_ = 0;
  Ticket next_ticket_ = 1;
  std::multimap<Position, std::pair<Ticket, std::function<void()>>> callbacks_;
  std::function<void()> hurry_;
};

}  // namespace hansard::base
