// The newest durable events, decoded, in memory: what nearly every reader wants. A ring of shared immutable events; a
// reader takes references under a short lock and uses them without it.
//
// Invariants: positions are dense; everything in the tail is durable; events leave at the old end only.
// Thread: publish from the sequencer; the rest from any (replace from the eraser).
// Limits: events and bytes, the latter counted by the records' sizes; the newest event always stays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <span>
#include <vector>

#include "engine/engine.h"

namespace hansard::engine {

class Tail {
 public:
  struct Entry {
    EventPtr event;
    std::size_t bytes = 0;  // of its record
  };

  Tail(std::size_t events_max, std::size_t bytes_max);

  // Events in order, the first right after the newest one (any position when the tail is empty).
  void publish(std::span<const Entry> entries);

  // An event takes the place of the one at its position: its content was erased. Nothing when that has left already.
  // Whoever read the old one before keeps it until he lets go. Thread: any.
  void replace(EventPtr event);

  // Up to `events_max` events from `from` on. Nothing: the tail does not reach back to `from`, or `from` is not there
  // yet.
  std::optional<std::vector<EventPtr>> read(Position from, std::size_t events_max) const;
  // Nothing: not in the tail.
  EventPtr get(Position at) const;

 private:
  // A reader of low priority may lose its core with the lock in its hand, and the sequencer waits for it.
  static constexpr std::size_t kEventsPerLock = 256;

  const Entry& slot(Position at) const { return ring_[at.value % ring_.size()]; }
  bool holds(Position at) const { return at >= oldest_ && at < end_; }
  // Appends up to `events_max` events in all; how many it appended.
  std::size_t read_some(Position from, std::size_t events_max, std::vector<EventPtr>& events) const;
  void put(const Entry& entry, std::vector<EventPtr>& dropped);
  void drop_oldest(std::vector<EventPtr>& dropped);

  const std::size_t bytes_max_;
  mutable std::shared_mutex mutex_;
  std::vector<Entry> ring_;
  Position oldest_{1};
  Position end_{1};  // after the newest
  std::size_t bytes_ = 0;
};

}  // namespace hansard::engine
