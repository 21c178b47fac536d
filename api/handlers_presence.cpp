#include <algorithm>

#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/presence.h"
#include "api/presence_audience.h"
#include "api/render.h"

namespace hansard::api::handlers {

using base::UserId;
using projections::Snapshot;

namespace {

// What the board knows is newer than what has reached the log.
Presence presence_of(const Context& context, const Snapshot& snapshot, const UserId& user) {
  auto presence = context.presence ? context.presence->of(user) : Presence{};
  presence.last_seen = std::max(presence.last_seen, snapshot.last_seen(user));
  return presence;
}

}  // namespace

Answered<Response> presence(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto user, user_of_path(call, 0));
  if (!may_see_presence(snapshot, call.caller.actor, user, context.limits.presence_members_max)) return not_found();
  auto now = presence_of(context, snapshot, user);
  std::string body;
  append_presence(body, user, now.status, now.last_seen);
  return json_response(std::move(body));
}

Answered<Response> users_online(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto limit, page_limit(call.params, context.limits));
  TRY(auto after, user_cursor_of(call));
  auto contacts = presence_contacts(snapshot, call.caller.actor, context.limits.presence_members_max);
  std::string body = "{\"items\":[";
  const UserId* last = nullptr;
  std::size_t items = 0;
  for (auto it = contacts.upper_bound(after); it != contacts.end() && items <= limit; ++it) {
    auto now = presence_of(context, snapshot, *it);
    if (now.status == PresenceStatus::offline || is_blocked_between(snapshot, *it, call.caller.actor)) continue;
    if (items++ == limit) break;
    if (body.back() != '[') body += ',';
    append_presence(body, *it, now.status, now.last_seen);
    last = &*it;
  }
  end_page(body, items > limit ? encode_cursor(*last) : "");
  return json_response(std::move(body));
}

}  // namespace hansard::api::handlers
