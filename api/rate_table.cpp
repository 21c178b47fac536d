#include "api/rate_table.h"

#include <algorithm>
#include <bit>
#include <chrono>

namespace hansard::api {

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr auto kRelaxed = std::memory_order_relaxed;

std::int64_t nanoseconds(base::MonotonicTime time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

std::uint32_t seconds_up(std::int64_t ns) {
  return ns <= 0 ? 0 : static_cast<std::uint32_t>((ns + kSecondNs - 1) / kSecondNs);
}

}  // namespace

RateTable::RateTable(Rate rate, std::size_t places)
    : rate_{rate.per_s, std::max<std::uint32_t>(rate.burst, 1)},
      interval_ns_(rate.per_s == 0 ? 0 : std::max<std::int64_t>(kSecondNs / rate.per_s, 1)),
      sets_(rate.per_s == 0 ? 1 : std::bit_ceil(std::max(places, kWays)) / kWays),
      table_(std::make_unique<Set[]>(sets_)) {}

RateTable::Taken RateTable::take(std::uint64_t key, base::MonotonicTime now) {
  if (!is_on()) return {};
  const std::int64_t now_ns = nanoseconds(now);
  const std::uint64_t tag = std::max<std::uint64_t>(key, 1);
  return take_from(place_of(tag, now_ns), now_ns);
}

// The key's own place, or the one of its set that is full soonest, which becomes the key's.
RateTable::Place& RateTable::place_of(std::uint64_t tag, std::int64_t now) {
  auto& places = table_[tag & (sets_ - 1)].places;
  Place* soonest = &places.front();
  for (Place& place : places) {
    if (place.tag.load(kRelaxed) == tag) return place;
    if (place.full_at.load(kRelaxed) < soonest->full_at.load(kRelaxed)) soonest = &place;
  }
  soonest->tag.store(tag, kRelaxed);
  soonest->full_at.store(std::min(soonest->full_at.load(kRelaxed), now), kRelaxed);
  return *soonest;
}

RateTable::Taken RateTable::take_from(Place& place, std::int64_t now) const {
  const std::int64_t latest = now + interval_ns_ * rate_.burst;
  std::int64_t full_at = place.full_at.load(kRelaxed);
  for (;;) {
    const std::int64_t next = std::max(full_at, now) + interval_ns_;
    if (next > latest) return {false, std::max(seconds_up(next - latest), 1u), quota_of(full_at, now)};
    if (place.full_at.compare_exchange_weak(full_at, next, kRelaxed)) return {true, 0, quota_of(next, now)};
  }
}

Quota RateTable::quota_of(std::int64_t full_at, std::int64_t now) const {
  const std::int64_t used_ns = std::max<std::int64_t>(full_at - now, 0);
  const std::int64_t left = (interval_ns_ * rate_.burst - used_ns) / interval_ns_;
  return {rate_.burst, static_cast<std::uint32_t>(std::max<std::int64_t>(left, 0)), seconds_up(used_ns)};
}

}  // namespace hansard::api
