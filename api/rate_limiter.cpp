#include "api/rate_limiter.h"

#include <boost/asio/ip/address.hpp>

namespace hansard::api {

namespace {

namespace ip = boost::asio::ip;
constexpr std::size_t kNetworkBytes = 8;

}  // namespace

RateLimiter::RateLimiter(const RateLimits& limits)
    : users_({limits.user_per_s, limits.user_burst}, limits.places),
      addresses_({limits.address_per_s, limits.address_burst}, limits.places),
      failures_({limits.failed_auth_per_s, limits.failed_auth_burst}, limits.places) {}

RateLimiter::Taken RateLimiter::take_for_user(const base::UserId& subject, base::MonotonicTime now) {
  return users_.take(keyed_hash(key_, subject.value), now);
}

RateLimiter::Taken RateLimiter::take_for_address(std::string_view peer, base::MonotonicTime now) {
  return addresses_.is_on() ? addresses_.take(key_of_address(peer), now) : Taken{};
}

RateLimiter::Taken RateLimiter::take_for_failure(std::string_view peer, base::MonotonicTime now) {
  return failures_.is_on() ? failures_.take(key_of_address(peer), now) : Taken{};
}

std::uint64_t RateLimiter::key_of_address(std::string_view peer) const {
  boost::system::error_code failed;
  const auto address = ip::make_address(peer, failed);
  if (failed || !address.is_v6() || address.to_v6().is_v4_mapped()) {
    const auto plain =
        failed || address.is_v4() ? std::string(peer) : ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
    return keyed_hash(key_, plain);
  }
  const auto bytes = address.to_v6().to_bytes();
  return keyed_hash(key_, {reinterpret_cast<const char*>(bytes.data()), kNetworkBytes});
}

}  // namespace hansard::api
