#include "projections/process/delivery_rules.h"

#include <algorithm>

namespace hansard::process {

namespace {
bool is_for_ever(int status) {
  return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}
}  // namespace

Verdict judge(const HttpReply& reply, std::uint32_t attempts, const Subscriber& subscriber) {
  if (reply.status >= 200 && reply.status < 300) return Verdict::delivered;
  return is_for_ever(reply.status) || attempts >= subscriber.max_attempts ? Verdict::dead : Verdict::later;
}

std::chrono::milliseconds delay_after(std::uint32_t attempts, const HttpReply& reply, const Subscriber& subscriber,
                                      double jitter) {
  const std::uint32_t doublings = std::min(attempts == 0 ? 0 : attempts - 1, 31u);
  const std::uint64_t grown = std::uint64_t{subscriber.retry_first_ms} << doublings;
  const auto whole = static_cast<double>(std::min<std::uint64_t>(grown, subscriber.retry_most_ms));
  const std::chrono::milliseconds own(static_cast<std::int64_t>(whole / 2 + whole / 2 * jitter));
  if (!reply.retry_after) return own;
  return std::max<std::chrono::milliseconds>(own, std::min(*reply.retry_after, kRetryAfterMax));
}

}  // namespace hansard::process
