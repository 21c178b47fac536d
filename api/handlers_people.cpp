#include "api/command_json.h"
#include "api/handlers_common.h"
#include "api/render.h"

namespace hansard::api::handlers {

using base::UserId;
using domain::Command;
using projections::Snapshot;

namespace {
Answered<Command> set_block(const Call& call, bool blocked) {
  TRY(auto user, user_of_path(call, 0));
  return Command(domain::BlockUser{user, blocked});
}
}  // namespace

Answered<Command> put_profile(Context& context, const Call& call) {
  TRY(auto user, user_of_path(call, 0));
  TRY(auto body, json_body(context, call));
  return put_profile_of(user, body, {call.caller, context.limits, context.uuids});
}

Answered<Command> block(Context&, const Call& call) { return set_block(call, true); }
Answered<Command> unblock(Context&, const Call& call) { return set_block(call, false); }

Answered<Response> get_profile(Context&, const Call& call, const Snapshot& snapshot) {
  TRY(auto user, user_of_path(call, 0));
  auto profile = snapshot.profile(user);
  if (!profile) return not_found();
  std::string body;
  append_profile(body, user, *profile);
  return json_response(std::move(body));
}

}  // namespace hansard::api::handlers
