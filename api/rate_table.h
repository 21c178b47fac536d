// Token buckets by key in fixed memory, for all io threads at once and without a lock.
//
// A bucket is one number: the moment at which it will be full again (the generic cell rate algorithm, ITU-T I.371, in
// its virtual scheduling form). Taking a token moves the moment 1/rate further away; a token is there as long as that
// is no more than burst/rate from now. A bucket nobody takes from needs no work to fill up.
//
// The table has a fixed number of places in sets of eight. A bucket that is full says nothing, so its place is free
// for whoever comes: that eviction loses nothing. Where all eight of a set are in use, the one that is full soonest
// makes room and its key begins again with a full bucket. Every error is to the good of the caller: two keys with one
// 64-bit tag would share a bucket (keys are hashes under a secret, keyed_hash.h), and two threads that bring in a key
// or clear a place at the same moment may miscount one token. Nothing survives the process, on purpose: a limit is
// about now.
//
// Thread: any; relaxed atomics, since a bucket guards nothing but itself.
// Limits: `places` (rounded up to a power of two) of 16 bytes each, allocated once.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "api/http_types.h"
#include "engine/base/clock.h"

namespace hansard::api {

struct Rate {
  std::uint32_t per_s = 0;  // tokens that come back each second; 0: no limit
  std::uint32_t burst = 1;  // tokens of a full bucket; at least 1
};

class RateTable {
 public:
  static constexpr std::size_t kWays = 8;

  struct Taken {
    bool granted = true;
    std::uint32_t retry_after_s = 0;  // of a refusal: at least 1
    Quota quota;
  };

  RateTable(Rate rate, std::size_t places);

  bool is_on() const { return rate_.per_s != 0; }
  // Takes a token where one is left. Always granted where there is no limit, with a quota of zeros.
  Taken take(std::uint64_t key, base::MonotonicTime now);
  // What a key that takes nothing has.
  Quota full() const { return {rate_.burst, rate_.burst, 0}; }

 private:
  struct Place {
    std::atomic<std::uint64_t> tag{0};     // 0: nobody's
    std::atomic<std::int64_t> full_at{0};  // nanoseconds of the monotonic clock
  };
  struct alignas(64) Set {
    std::array<Place, kWays> places;
  };

  Place& place_of(std::uint64_t tag, std::int64_t now);
  Taken take_from(Place& place, std::int64_t now) const;
  Quota quota_of(std::int64_t full_at, std::int64_t now) const;

  const Rate rate_;
  const std::int64_t interval_ns_;  // of one token
  const std::size_t sets_;          // a power of two
  const std::unique_ptr<Set[]> table_;
};

}  // namespace hansard::api
