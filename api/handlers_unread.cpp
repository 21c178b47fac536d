#include "api/command_json.h"
#include "api/handlers_common.h"
#include "api/handlers_shared.h"
#include "api/json.h"
#include "api/json_fields.h"
#include "api/render_parts.h"
#include "api/typing.h"

namespace hansard::api::handlers {

using domain::Command;
using projections::Snapshot;
using projections::UnreadCount;

namespace {
using Maker = Answered<Command> (*)(const base::ConversationId&, JsonValue);

Answered<Command> pointer(Context& context, const Call& call, Maker make) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto body, json_body(context, call));
  return make(id, body);
}

void append_count(std::string& out, const base::ConversationId& id, const UnreadCount& count) {
  out += "{\"conversation_id\":";
  append_id(out, id);
  out += ",\"unread\":";
  append_json_number(out, count.unread);
  out += ",\"mentions_unread\":";
  append_json_number(out, count.mentions);
  out += '}';
}
}  // namespace

Answered<Command> read_message(Context&, const Call& call) {
  TRY(auto id, message_of_path(call));
  return Command(domain::Read{{}, {}, id});
}

Answered<Command> read_conversation(Context& context, const Call& call) { return pointer(context, call, read_of); }
Answered<Command> delivered(Context& context, const Call& call) { return pointer(context, call, delivered_of); }
Answered<Command> mark_unread(Context& context, const Call& call) { return pointer(context, call, mark_unread_of); }

Answered<Response> typing(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto body, json_body(context, call));
  Fields fields(body);
  fields.require("is_typing");
  bool is_typing = fields.flag("is_typing").value_or(false);
  if (fields.problem()) return *fields.problem();
  if (auto problem = note_typing(context, snapshot, call.caller, id, is_typing)) return *std::move(problem);
  return json_response(is_typing ? "{\"is_typing\":true}" : "{\"is_typing\":false}");
}

void UnreadTotals::add(const base::ConversationId& id, const UnreadCount& count) {
  if (count.unread == 0 && count.mentions == 0) return;
  total_.unread += count.unread;
  total_.mentions += count.mentions;
  if (!items_.empty()) items_ += ',';
  append_count(items_, id, count);
}

std::string UnreadTotals::body() const {
  std::string body = "{\"total\":";
  append_json_number(body, total_.unread);
  body += ",\"mentions\":";
  append_json_number(body, total_.mentions);
  body.append(",\"conversations\":[").append(items_).append("]}");
  return body;
}

// Archived conversations are in neither the totals nor the list.
Answered<Response> unread(Context&, const Call& call, const Snapshot& snapshot) {
  const auto& user = call.caller.actor;
  UnreadTotals totals;
  for (const auto& membership : snapshot.memberships(user)) {
    if (!membership.member) continue;
    UnreadCount count = snapshot.unread(membership.conversation, user);
    if (count.unread == 0 && count.mentions == 0) continue;
    if (!snapshot.reader(membership.conversation, user).archived) totals.add(membership.conversation, count);
  }
  return json_response(totals.body());
}

Response explain_response(const projections::Explain& explain) {
  std::string body = "{\"unread\":";
  append_json_number(body, explain.unread);
  body += ",\"ordinals\":[";
  for (base::Ordinal ordinal : explain.ordinals) {
    if (body.back() != '[') body += ',';
    append_json_number(body, ordinal.value);
  }
  body += "],\"truncated\":";
  append_bool(body, explain.truncated);
  body += ",\"read_up_to\":";
  append_json_number(body, explain.read_up_to.value);
  body += ",\"marked_from\":";
  append_number_or_null(body, explain.marked_from);
  body += '}';
  return json_response(std::move(body));
}

Answered<Response> explain_unread(Context&, const Call& call, const Snapshot& snapshot) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto seat, seat_of(call, snapshot, id));
  return explain_response(snapshot.explain(seat.conversation.id, call.caller.actor, kOrdinalsExplainedMax));
}

}  // namespace hansard::api::handlers
