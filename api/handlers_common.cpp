#include "api/handlers_common.h"

#include <algorithm>
#include <cctype>

#include "api/acknowledged.h"
#include "api/cursor.h"
#include "api/position_text.h"

namespace hansard::api {

using base::ConversationId;
using base::MessageId;
using projections::Snapshot;

namespace {
// application/json, or any type with the suffix +json, whatever its parameters (RFC 6839).
bool is_json_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}
}  // namespace

Answered<base::UserId> user_of_path(const Call& call, std::size_t place) {
  auto user = base::parse_user_id(call.path_values.at(place));
  if (!user) return not_found();
  return *std::move(user);
}

Answered<base::UserId> user_cursor_of(const Call& call) {
  auto cursor = call.params.get("cursor");
  if (!cursor) return base::UserId{};
  auto user = decode_user_cursor(*cursor);
  if (!user) return malformed("`cursor` is not one of this list");
  return *std::move(user);
}

Answered<base::Position> wanted_position(const Context& context, const Call& call) {
  base::Position own = context.acknowledged.last(call.caller.actor);
  auto text = call.params.get("min_position");
  if (!text) return own;
  auto wanted = parse_position(*text);
  if (!wanted) return malformed("`min_position` is not a position");
  if (wanted->position && wanted->epoch != context.engine.epoch()) {
    return foreign_position("min_position", *wanted, context.engine.epoch());
  }
  return std::max(own, wanted->position);
}

asio::awaitable<bool> audit_reaches(Context& context, base::Position position) {
  // The views outlive every wait.
  std::shared_ptr<base::PositionGate> gate(&context.views.audit_gate(), [](base::PositionGate*) {});
  std::chrono::milliseconds timeout(context.limits.min_position_timeout_ms);
  co_return co_await context.reaches(std::move(gate), position, timeout);
}

Answered<JsonValue> json_body(const Context& context, const Call& call) {
  auto type = call.request.header("content-type");
  if (type && !is_json_type(*type)) {
    return Problem{415, "unsupported_media_type", "The body must be application/json.", 0, {}};
  }
  thread_local JsonParser parser(context.limits.json_depth_max);
  auto value = parser.parse(call.request.body);
  if (!value) return problem_of(value.error());
  return value.value();
}

Answered<Seat> seat_of(const Call& call, const Snapshot& snapshot, const ConversationId& id) {
  auto member = snapshot.member(id, call.caller.actor);
  if (!member) return not_found();
  auto conversation = snapshot.conversation(id);
  if (!conversation) return not_found();
  base::Ordinal floor = domain::hidden_through(conversation->settings, member->joined_after);
  return Seat{*std::move(conversation), *std::move(member), floor};
}

Answered<SeenMessage> seen_message(const Call& call, const Snapshot& snapshot, const MessageId& id) {
  auto message = snapshot.message(id, call.caller.actor);
  if (!message) return not_found();
  TRY(auto seat, seat_of(call, snapshot, message->facts.conversation));
  if (message->facts.ordinal <= seat.floor) return not_found();
  return SeenMessage{std::move(seat), *std::move(message)};
}

void end_page(std::string& body, const std::string& next) {
  if (next.empty()) {
    body += "],\"next\":null}";
  } else {
    body.append("],\"next\":\"").append(next).append("\"}");
  }
}

Response json_response(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

std::string etag_of(base::Version version) { return '"' + std::to_string(version.value) + '"'; }

}  // namespace hansard::api
