#include "api/command_json.h"
#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/handlers_shared.h"
#include "api/render.h"

namespace hansard::api::handlers {

using base::UserId;
using domain::Command;
using projections::Snapshot;

Answered<Command> add_members(Context& context, const Call& call) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto body, json_body(context, call));
  return add_members_of(id, body, {call.caller, context.limits, context.uuids});
}

Answered<Command> change_role(Context& context, const Call& call) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto user, user_of_path(call, 1));
  TRY(auto body, json_body(context, call));
  return change_role_of(id, user, body);
}

Answered<Command> remove_member(Context& context, const Call& call) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto user, user_of_path(call, 1));
  TRY(auto quiet, flag_param(call.params, "quiet"));
  return remove_member_of(id, user, quiet, {call.caller, context.limits, context.uuids});
}

Answered<Response> list_members(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto seat, seat_of(call, snapshot, id));
  TRY(auto limit, page_limit(call.params, context.limits));
  TRY(auto after, user_cursor_of(call));
  return members_response(page_of(snapshot.members(seat.conversation.id, after, limit + 1), limit));
}

projections::MembersPage page_of(std::vector<projections::MemberView> members, std::size_t limit) {
  projections::MembersPage page{std::move(members), {}};
  if (page.items.size() <= limit) return page;
  page.items.pop_back();
  page.next = page.items.back().user;
  return page;
}

Response members_response(const projections::MembersPage& members) {
  std::string body = "{\"items\":[";
  for (const auto& member : members.items) {
    if (body.back() != '[') body += ',';
    append_member(body, member);
  }
  end_page(body, members.next.value.empty() ? "" : encode_cursor(members.next));
  return json_response(std::move(body));
}

}  // namespace hansard::api::handlers
