#include "engine/tail.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "engine/base/check.h"

namespace hansard::engine {

Tail::Tail(std::size_t events_max, std::size_t bytes_max)
    : bytes_max_(bytes_max), ring_(std::max<std::size_t>(events_max, 1)) {}

void Tail::publish(std::span<const Entry> entries) {
  std::vector<EventPtr> dropped;  // freed after the lock
  dropped.reserve(entries.size());
  std::unique_lock lock(mutex_);
  for (const auto& entry : entries) put(entry, dropped);
}

void Tail::replace(EventPtr event) {
  std::unique_lock lock(mutex_);
  const Position at = event->position;
  if (holds(at)) ring_[at.value % ring_.size()].event.swap(event);  // the old one is freed after the lock
}

void Tail::put(const Entry& entry, std::vector<EventPtr>& dropped) {
  const Position at = entry.event->position;
  if (oldest_ == end_) oldest_ = end_ = at;
  CHECK(at == end_, at.value, end_.value);
  if (end_.value - oldest_.value == ring_.size()) drop_oldest(dropped);
  ring_[at.value % ring_.size()] = entry;
  bytes_ += entry.bytes;
  end_ = end_.next();
  while (bytes_ > bytes_max_ && oldest_.next() < end_) drop_oldest(dropped);
}

void Tail::drop_oldest(std::vector<EventPtr>& dropped) {
  Entry& entry = ring_[oldest_.value % ring_.size()];
  bytes_ -= entry.bytes;
  dropped.push_back(std::move(entry.event));
  oldest_ = oldest_.next();
}

std::optional<std::vector<EventPtr>> Tail::read(Position from, std::size_t events_max) const {
  std::vector<EventPtr> events;
  while (events.size() < events_max) {
    const std::size_t most = std::min(events_max, events.size() + kEventsPerLock);
    if (read_some({from.value + events.size()}, most, events) == 0) break;
  }
  if (events.empty() && events_max > 0) return std::nullopt;
  return events;
}

std::size_t Tail::read_some(Position from, std::size_t events_max, std::vector<EventPtr>& events) const {
  std::shared_lock lock(mutex_);
  if (!holds(from)) return 0;
  const std::size_t before = events.size();
  for (Position at = from; at < end_ && events.size() < events_max; at = at.next()) events.push_back(slot(at).event);
  return events.size() - before;
}

EventPtr Tail::get(Position at) const {
  std::shared_lock lock(mutex_);
  return holds(at) ? slot(at).event : nullptr;
}

}  // namespace hansard::engine
