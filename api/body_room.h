// Room in memory for the body of a request that is still coming, or of a response that is still being taken: a peer may
// be as slow as he likes, and there may be many of him. Small bodies are not counted.
//
// Thread: the io thread of the context.
// Limits: limits.body_bytes_in_memory_max, and of one user limits.body_bytes_per_user_max.
#pragma once

#include <cstddef>

#include "api/context.h"
#include "api/problem.h"
#include "api/user_counts.h"

namespace hansard::api {

inline constexpr std::size_t kLargeBodyBytes = 64u << 10;

// For a body of `user`, until the slot goes; 503 where there is none. Empty for a small body.
Answered<UserCounts::Slot> room_for_body(const Context& context, const base::UserId& user, std::size_t bytes);

}  // namespace hansard::api
