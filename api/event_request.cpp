#include "api/event_request.h"

#include <utility>
#include <variant>

#include "api/position_text.h"
#include "api/render_parts.h"

namespace hansard::api {

using base::Position;
using engine::EventFilter;

namespace {
Answered<std::vector<domain::EventType>> types_of(std::string_view text) {
  auto types = engine::parse_event_types(text);
  if (!types) return malformed(types.error().detail);
  return std::move(types).value();
}

// Names with commas between them.
std::string joined(const std::vector<JsonValue>& names, Fields& fields) {
  std::string text;
  for (const auto& name : names) {
    const auto word = name.string();
    if (!word || word->empty() || text.size() > engine::kTypesTextMax) {
      fields.wrong("types", "a list of event types");
      return {};
    }
    if (!text.empty()) text += ',';
    text += *word;
  }
  return text;
}
}  // namespace

Answered<void> may_read_events(const domain::Caller& caller) {
  if (!caller.audit && !caller.service) return forbidden("The event log needs the scope `audit` or `service`.");
  return boost::outcome_v2::success();
}

Answered<Position> event_position(const Context& context, std::string_view text, std::string_view name) {
  if (text == "beginning") return Position{};
  if (text == "now") return context.engine.durable();
  const auto position = parse_position(text);
  const std::string what = "`" + std::string(name) + "` ";
  if (!position) return malformed(what + "is not a position");
  if (!position->position) return Position{};
  if (position->epoch != context.engine.epoch()) return foreign_position(name, *position, context.engine.epoch());
  if (position->position > context.engine.durable()) return malformed(what + "is above the newest event");
  return position->position;
}

Answered<EventFilter> event_filter_of(const Params& params) {
  EventFilter filter;
  TRY(filter.types, types_of(params.get("types").value_or("")));
  if (const auto text = params.get("conversation_id")) {
    filter.conversation = base::parse_id<domain::ConversationId>(*text);
    if (!filter.conversation) return malformed("`conversation_id` is not an id (a UUID)");
  }
  if (const auto text = params.get("actor")) {
    filter.actor = base::parse_user_id(*text);
    if (!filter.actor) return malformed("`actor` is not a user id");
  }
  return filter;
}

Answered<EventFilter> event_filter_of(Fields& fields) {
  EventFilter filter;
  std::string types;
  if (fields.has("types")) {
    const auto given = fields.value("types");
    types = given.string() ? std::string(*given.string()) : joined(fields.list("types"), fields);
  }
  filter.conversation = fields.id<domain::ConversationId>("conversation_id");
  filter.actor = fields.user("actor");
  if (fields.problem()) return *fields.problem();
  TRY(filter.types, types_of(types));
  return filter;
}

Answered<EventRequest> event_request_of(const Context& context, const Call& call) {
  EventRequest asked;
  TRY(asked.filter, event_filter_of(call.params));
  auto from = call.params.get("from");
  std::string_view name = "from";
  if (const auto cursor = call.params.get("cursor")) std::tie(from, name) = std::pair(cursor, "cursor");
  if (const auto last = call.request.header("last-event-id")) std::tie(from, name) = std::pair(last, "Last-Event-ID");
  if (from) {
    TRY(asked.from, event_position(context, *from, name));
  }
  const auto to = call.params.get("to");
  if (!to) return asked;
  const auto through = parse_position(*to);
  if (!through) return malformed("`to` is not a position");
  if (through->epoch != context.engine.epoch()) return foreign_position("to", *through, context.engine.epoch());
  if (name == "from" && through->position < asked.from) return malformed("`to` is before `from`");
  asked.through = std::max(through->position, asked.from);
  return asked;
}

void append_event_filter(std::string& out, const EventFilter& filter) {
  out += ",\"types\":[";
  for (const auto type : filter.types) {
    if (out.back() != '[') out += ',';
    append_json_string(out, domain::type_name(type));
  }
  out += "],\"conversation_id\":";
  filter.conversation ? append_id(out, *filter.conversation) : void(out += "null");
  out += ",\"actor\":";
  append_text_or_null(out, filter.actor ? filter.actor->value : "");
}

domain::RecordAuditRead events_read(const EventFilter& filter) {
  return {"events.read", filter.conversation, {}, filter.actor.value_or(base::UserId{}), {}};
}

}  // namespace hansard::api
