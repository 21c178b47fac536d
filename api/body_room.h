// Room in memory for the body of a request that is coming, or of a response that is being taken: a peer may be as slow
// as he likes, and there may be many of him. What is announced and has not come takes none. Small bodies are not
// counted.
//
// Thread: the io thread of the context.
// Limits: limits.body_bytes_in_memory_max, of one user limits.body_bytes_per_user_max and what he leaves the others
// (user_counts.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "api/context.h"
#include "api/problem.h"
#include "api/user_counts.h"

namespace hansard::api {

inline constexpr std::size_t kLargeBodyBytes = 64u << 10;

// For a body of `user`, until the slot goes; 503 where there is none. Empty for a small body.
Answered<UserCounts::Slot> room_for_body(const Context& context, const base::UserId& user, std::size_t bytes);

// For what a read of `user` found, until it is written: without room it becomes a refusal.
void make_room(const Context& context, const base::UserId& user, const std::string& request_id, Response& response);

// For a body of `user` that is coming.
class ComingBody {
 public:
  ComingBody(const Context& context, base::UserId user) : context_(context), user_(std::move(user)) {}
  // So much of it is here. False: there is no room for it, and refusal() says so.
  bool hold(std::size_t bytes);
  const std::optional<Problem>& refusal() const { return refusal_; }

 private:
  const Context& context_;
  const base::UserId user_;
  UserCounts::Slot slot_;
  std::optional<Problem> refusal_;
};

}  // namespace hansard::api
