#include "api/command_json.h"
#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/render.h"
#include "api/words.h"
#include "engine/base/hash.h"

namespace hansard::api::handlers {

using domain::Command;
using domain::FlagConversation;
using projections::Snapshot;

namespace {
Answered<Command> flag(const Call& call, std::optional<bool> FlagConversation::* which, bool value) {
  TRY(auto id, conversation_of_path(call));
  FlagConversation command{id, {}, {}, {}};
  command.*which = value;
  return Command(command);
}

Answered<projections::ListFilter> filter_of(const Call& call) {
  projections::ListFilter filter;
  TRY(auto archived, flag_param(call.params, "archived"));
  filter.archived = archived;
  if (auto type = call.params.get("type")) {
    filter.type = value_of<domain::ConversationType>(*type);
    if (!filter.type) return malformed("`type` is not direct, group or ride");
  }
  if (auto external_id = call.params.get("external_id")) filter.external_id = std::string(*external_id);
  return filter;
}

// Of what the cursors of the list are bound to.
std::uint32_t hash_of_filters(const Params& params) {
  std::string text;
  for (std::string_view name : {"archived", "type", "external_id"}) {
    if (auto value = params.get(name)) text.append(name).append("=").append(*value).append("\n");
  }
  return text.empty() ? 0 : base::crc32c(text);
}

Answered<std::optional<projections::ListCursor>> cursor_of(const Call& call, std::uint32_t question) {
  auto text = call.params.get("cursor");
  if (!text) return std::optional<projections::ListCursor>();
  auto cursor = decode_list_cursor(*text, question);
  if (!cursor) return malformed("`cursor` is not one of this list");
  return cursor;
}
}  // namespace

Answered<Command> create_conversation(Context& context, const Call& call) {
  TRY(auto body, json_body(context, call));
  return create_conversation_of(body, {call.caller, context.limits, context.uuids});
}

Answered<Command> update_conversation(Context& context, const Call& call) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto if_match, if_match_of(call.request));
  TRY(auto body, json_body(context, call));
  return update_conversation_of(id, body, if_match, context.limits);
}

Answered<Command> close_conversation(Context&, const Call& call) {
  TRY(auto id, conversation_of_path(call));
  TRY(auto if_match, if_match_of(call.request));
  return Command(domain::CloseConversation{id, if_match});
}

Answered<Command> archive(Context&, const Call& call) { return flag(call, &FlagConversation::archived, true); }
Answered<Command> unarchive(Context&, const Call& call) { return flag(call, &FlagConversation::archived, false); }
Answered<Command> mute(Context&, const Call& call) { return flag(call, &FlagConversation::muted, true); }
Answered<Command> unmute(Context&, const Call& call) { return flag(call, &FlagConversation::muted, false); }
Answered<Command> pin(Context&, const Call& call) { return flag(call, &FlagConversation::pinned, true); }
Answered<Command> unpin(Context&, const Call& call) { return flag(call, &FlagConversation::pinned, false); }

Answered<Response> list_conversations(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto limit, page_limit(call.params, context.limits));
  TRY(auto filter, filter_of(call));
  const std::uint32_t question = hash_of_filters(call.params);
  TRY(auto cursor, cursor_of(call, question));
  auto page = snapshot.conversations(call.caller.actor, filter, cursor, limit);
  std::string body = "{\"items\":[";
  Senders senders(snapshot);
  for (const auto& entry : page.items) {
    if (body.back() != '[') body += ',';
    append_conversation(body, entry, context.engine.epoch(), &senders);
  }
  end_page(body, page.next ? encode_cursor(*page.next, question) : "");
  return json_response(std::move(body));
}

Answered<Response> get_conversation(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto id, conversation_of_path(call));
  auto entry = snapshot.list_entry(id, call.caller.actor);
  if (!entry) return not_found();
  std::string body;
  Senders senders(snapshot);
  append_conversation(body, *entry, context.engine.epoch(), &senders);
  auto response = json_response(std::move(body));
  response.headers.emplace_back("ETag", etag_of(entry->conversation.settings_version));
  return response;
}

}  // namespace hansard::api::handlers
