#include <algorithm>

#include "api/audited_read.h"
#include "api/command_json.h"
#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/handlers_schedule.h"
#include "api/handlers_shared.h"
#include "api/json.h"
#include "api/render.h"
#include "api/render_parts.h"

namespace hansard::api::handlers {

using domain::Command;
using projections::MemberView;
using projections::MessageView;
using projections::ReaderView;
using projections::Snapshot;

namespace {
// delivered_at and read_at are when the pointer last moved: pointers are cumulative, no message has a time of its own.
void append_receipt(std::string& out, const MemberView& member, const ReaderView& reader, base::Ordinal ordinal) {
  bool read = reader.read_up_to >= ordinal;
  bool delivered = reader.delivered_up_to >= ordinal;
  out += "{\"user_id\":";
  append_json_string(out, member.user.value);
  out += ",\"delivered_at\":";
  append_time_or_null(out, delivered ? reader.delivered_at : std::nullopt);
  out += ",\"read_at\":";
  append_time_or_null(out, read ? reader.read_at : std::nullopt);
  out.append(",\"status\":\"").append(read ? "read" : delivered ? "delivered" : "sent").append("\"}");
}

// The version a page begins after.
Answered<base::Version> versions_after(const Call& call, const base::MessageId& message) {
  auto text = call.params.get("cursor");
  if (!text) return base::Version{};
  auto cursor = decode_version_cursor(*text);
  if (!cursor || cursor->message != message) return malformed("`cursor` is not one of this list");
  return cursor->after;
}

Answered<MessageView> message_with_versions(const Call& call, const Snapshot& snapshot) {
  TRY(auto id, message_of_path(call));
  if (call.caller.audit) {
    auto message = snapshot.message(id);
    if (!message) return not_found();
    return *std::move(message);
  }
  TRY(auto seen, seen_message(call, snapshot, id));
  if (!seen.seat.conversation.settings.edit_history) {
    return forbidden("The versions of a message are shown to members only where settings.edit_history is true.");
  }
  return std::move(seen.message);
}
}  // namespace

Answered<Command> send_message(Context& context, const Call& call) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto body, json_body(context, call));
  return send_message_of(id, body, {call.caller, context.limits, context.uuids});
}

Answered<Command> send_message_anywhere(Context& context, const Call& call) {
  TRY(auto body, json_body(context, call));
  return send_message_of(std::nullopt, body, {call.caller, context.limits, context.uuids});
}

Answered<Command> edit_message(Context& context, const Call& call) {
  TRY(auto id, message_of_path(call));
  TRY(auto if_match, if_match_of(call.request));
  TRY(auto body, json_body(context, call));
  return edit_message_of(id, body, if_match, context.limits);
}

Answered<Command> delete_message(Context&, const Call& call) {
  TRY(auto id, message_of_path(call));
  TRY(auto if_match, if_match_of(call.request));
  return Command(domain::DeleteMessage{id, if_match});
}

Answered<Command> forward_message(Context& context, const Call& call) {
  TRY(auto id, message_of_path(call));
  TRY(auto body, json_body(context, call));
  return forward_of(id, body, {call.caller, context.limits, context.uuids});
}

Answered<Response> get_message(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto id, message_of_path(call));
  if (auto waiting = own_scheduled(call, snapshot, id)) return scheduled_response(context, *waiting);
  TRY(auto seen, seen_message(call, snapshot, id));
  std::string body;
  Senders senders(snapshot);
  append_message(body, seen.message, context.engine.epoch(), &senders.of(seen.message.facts.author));
  auto response = json_response(std::move(body));
  response.headers.emplace_back("ETag", etag_of(seen.message.version));
  return response;
}

Answered<Response> message_versions(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto message, message_with_versions(call, snapshot));
  TRY(auto limit, page_limit(call.params, context.limits));
  const auto& facts = message.facts;
  TRY(auto after, versions_after(call, facts.message));
  auto versions = snapshot.versions(facts.conversation, facts.ordinal, after, limit + 1);
  bool more = versions.size() > limit;
  if (more) versions.pop_back();
  // Members no longer see what was deleted, also not in older versions; auditors do.
  bool is_hidden = !message.content && !call.caller.audit;
  std::string body = "{\"items\":[";
  Senders senders(snapshot);
  for (auto& version : versions) {
    if (is_hidden) version.content.reset();
    if (body.back() != '[') body += ',';
    append_message(body, version, context.engine.epoch(), &senders.of(version.facts.author));
  }
  end_page(body, more ? encode_cursor(VersionCursor{facts.message, versions.back().version}) : "");
  Response response = json_response(std::move(body));
  if (!call.caller.audit) return response;
  return on_record(std::move(response), call, {"versions.read", facts.conversation, facts.message, {}, {}});
}

Answered<Response> receipts(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto id, message_of_path(call));
  TRY(auto seen, seen_message(call, snapshot, id));
  TRY(auto limit, page_limit(call.params, context.limits));
  base::UserId after;
  if (auto cursor = call.params.get("cursor")) {
    auto user = decode_user_cursor(*cursor);
    if (!user) return malformed("`cursor` is not one of this list");
    after = *std::move(user);
  }
  const auto& facts = seen.message.facts;
  auto members = page_of(snapshot.members(facts.conversation, after, limit + 1), limit);
  return receipts_response(facts, members,
                           [&](const base::UserId& user) { return snapshot.reader(facts.conversation, user); });
}

Response receipts_response(const domain::MessageFacts& facts, const projections::MembersPage& members,
                           const ReaderOf& reader_of) {
  std::string body = "{\"items\":[";
  for (const auto& member : members.items) {
    if (member.user == facts.author || member.joined_after >= facts.ordinal) continue;
    if (body.back() != '[') body += ',';
    append_receipt(body, member, reader_of(member.user), facts.ordinal);
  }
  end_page(body, members.next.value.empty() ? "" : encode_cursor(members.next));
  return json_response(std::move(body));
}

}  // namespace hansard::api::handlers
