// Who asks too often, and who guesses tokens: one limiter for all io threads, three tables of buckets (rate_table.h).
//
// - per user: what the subject of a token asks, over HTTP and in frames; acting for others counts on the subject.
// - per address: everything that comes from it; off by default, since a proxy is one address for all.
// - failed authentications per address: a token that does not hold, or none where one is needed. Whoever comes from
//   there with a valid token is served all the same, however often others fail.
// An address is an IPv4 address, or the first 64 bits of an IPv6 address: a subscriber has all of those.
//
// Thread: any.
// Limits: RateLimits; 16 bytes a place, three tables.
#pragma once

#include <string_view>

#include "api/keyed_hash.h"
#include "api/limits.h"
#include "api/rate_table.h"
#include "engine/base/ids.h"

namespace hansard::api {

class RateLimiter {
 public:
  using Taken = RateTable::Taken;

  explicit RateLimiter(const RateLimits& limits);

  Taken take_for_user(const base::UserId& subject, base::MonotonicTime now);
  Taken take_for_address(std::string_view peer, base::MonotonicTime now);
  Taken take_for_failure(std::string_view peer, base::MonotonicTime now);

  bool limits_users() const { return users_.is_on(); }
  bool limits_addresses() const { return addresses_.is_on(); }
  Quota full_user_quota() const { return users_.full(); }

 private:
  std::uint64_t key_of_address(std::string_view peer) const;

  const HashKey key_ = random_hash_key();
  RateTable users_;
  RateTable addresses_;
  RateTable failures_;
};

}  // namespace hansard::api
