#include "api/handlers_past.h"

#include "api/audited_read.h"
#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/handlers_shared.h"
#include "api/render.h"

namespace hansard::api::handlers {

using base::UserId;
using projections::Past;

namespace {
Answered<std::optional<UserId>> user_asked(const Call& call) {
  auto text = call.params.get("user_id");
  if (!text) return std::optional<UserId>();
  auto user = base::parse_user_id(*text);
  if (!user) return malformed("`user_id` is not a user id");
  return user;
}

// Whose pointers: an auditor's own say nothing.
Answered<UserId> user_required(const Call& call) {
  TRY(auto user, user_asked(call));
  if (!user) return malformed("`as_of` needs `user_id`: whose unread messages.");
  return *std::move(user);
}

// Who the page begins after.
Answered<UserId> users_after(const Call& call) {
  auto cursor = call.params.get("cursor");
  if (!cursor) return UserId{};
  auto user = decode_user_cursor(*cursor);
  if (!user) return malformed("`cursor` is not one of this list");
  return *std::move(user);
}
}  // namespace

// With a `user_id` his role and pointers of then, too; null and 0 where he was no member.
Answered<Response> past_conversation(Context& context, const Call& call, const Past& past) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto user, user_asked(call));
  auto conversation = past.conversation(id);
  if (!conversation) return not_found();
  projections::ListEntry entry;
  entry.last_message = past.message_at(id, conversation->last_ordinal);
  entry.conversation = *std::move(conversation);
  auto member = user ? past.member(id, *user) : std::nullopt;
  if (member) {
    entry.role = member->role;
    entry.reader = past.reader(id, *user);
    entry.unread = past.unread(id, *user);
  }
  std::string body;
  append_conversation(body, entry, context.engine.epoch());
  return on_record(json_response(std::move(body)), call, {"conversation.as_of", id, {}, user.value_or(UserId{}), {}});
}

Answered<Response> past_members(Context& context, const Call& call, const Past& past) {
  TRY(auto id, conversation_of_path(call));
  if (!past.conversation(id)) return not_found();
  TRY(auto limit, page_limit(call.params, context.limits));
  TRY(auto after, users_after(call));
  return on_record(members_response(past.members(id, after, limit)), call, {"members.as_of", id, {}, {}, {}});
}

Answered<Response> past_message(Context& context, const Call& call, const Past& past) {
  TRY(auto id, message_of_path(call));
  auto message = past.message(id);
  if (!message) return not_found();
  std::string body;
  append_message(body, *message, context.engine.epoch());
  return on_record(json_response(std::move(body)), call, {"message.as_of", message->facts.conversation, id, {}, {}});
}

Answered<Response> past_receipts(Context& context, const Call& call, const Past& past) {
  TRY(auto id, message_of_path(call));
  auto message = past.message(id);
  if (!message) return not_found();
  TRY(auto limit, page_limit(call.params, context.limits));
  TRY(auto after, users_after(call));
  const auto& conversation = message->facts.conversation;
  auto response = receipts_response(message->facts, past.members(conversation, after, limit),
                                    [&](const UserId& user) { return past.reader(conversation, user); });
  return on_record(std::move(response), call, {"receipts.as_of", conversation, id, {}, {}});
}

Answered<Response> past_unread(Context&, const Call& call, const Past& past) {
  TRY(auto user, user_required(call));
  UnreadTotals totals;
  for (const auto& id : past.conversations(user)) {
    if (!past.reader(id, user).archived) totals.add(id, past.unread(id, user));
  }
  return on_record(json_response(totals.body()), call, {"unread.as_of", {}, {}, user, {}});
}

Answered<Response> past_explain(Context&, const Call& call, const Past& past) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto user, user_required(call));
  if (!past.conversation(id) || !past.member(id, user)) return not_found();
  auto response = explain_response(past.explain(id, user, kOrdinalsExplainedMax));
  return on_record(std::move(response), call, {"explain.as_of", id, {}, user, {}});
}

}  // namespace hansard::api::handlers
