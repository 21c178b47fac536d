#include "api/body_room.h"

namespace hansard::api {

Answered<UserCounts::Slot> room_for_body(const Context& context, const base::UserId& user, std::size_t bytes) {
  if (context.bodies == nullptr || bytes < kLargeBodyBytes) return UserCounts::Slot();
  auto slot = context.bodies->take(user, context.limits.body_bytes_per_user_max, bytes);
  if (slot) return slot;
  return problem_of(
      base::error(base::ErrorCode::overloaded,
                  "Too much of what is sent to you, or by you, is still on its way; take it, or try again."));
}

}  // namespace hansard::api
