// What a receiver's answer means, and how long to wait before the next attempt. Pure.
//
// Thread: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "projections/process/http_post.h"
#include "projections/process/subscriber.h"

namespace hansard::process {

// However long a receiver asks for, it is asked again after this.
inline constexpr std::chrono::seconds kRetryAfterMax{3'600};

enum class Verdict { delivered, later, dead };

// `attempts` made so far, this one among them. 2xx: delivered. 4xx but 408, 425 and 429: dead, the receiver says the
// request will never be right. All else, redirects (which are not followed) and no answer among it: later, and dead
// when the attempts are used up.
Verdict judge(const HttpReply& reply, std::uint32_t attempts, const Subscriber& subscriber);

// Before the attempt after `attempts` failed ones: retry_first_ms doubled each time up to retry_most_ms, of it a half
// to the whole by `jitter` in [0, 1), so that receivers who fell together are not asked together; at least what
// Retry-After said.
std::chrono::milliseconds delay_after(std::uint32_t attempts, const HttpReply& reply, const Subscriber& subscriber,
                                      double jitter);

}  // namespace hansard::process
