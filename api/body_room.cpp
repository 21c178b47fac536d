#include "api/body_room.h"

namespace hansard::api {

namespace {
Problem no_room() {
  return problem_of(
      base::error(base::ErrorCode::overloaded,
                  "Too much of what is sent to you, or by you, is still on its way; take it, or try again."));
}
}  // namespace

Answered<UserCounts::Slot> room_for_body(const Context& context, const base::UserId& user, std::size_t bytes) {
  if (context.bodies == nullptr || bytes < kLargeBodyBytes) return UserCounts::Slot();
  auto slot = context.bodies->take(user, context.limits.body_bytes_per_user_max, bytes);
  if (slot) return slot;
  return no_room();
}

void make_room(const Context& context, const base::UserId& user, const std::string& request_id, Response& response) {
  auto room = room_for_body(context, user, response.body.size());
  if (!room) response = problem_response(room.error(), request_id);
  if (room) response.room = std::move(room).value();
}

bool ComingBody::hold(std::size_t bytes) {
  while (slot_.amount() + kLargeBodyBytes <= bytes) {
    auto more = room_for_body(context_, user_, kLargeBodyBytes);
    if (!more) refusal_ = std::move(more).error();
    if (!more || !more.value()) return more.has_value();
    slot_.add(std::move(more).value());
  }
  return true;
}

}  // namespace hansard::api
