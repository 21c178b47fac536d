#include "api/frames.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/command_json.h"
#include "api/json_fields.h"

namespace hansard::api {

using base::ConversationId;
using base::MessageId;
using domain::Command;

namespace {
constexpr std::size_t kFrameIdBytesMax = 64;

// A string of 1 to 64 bytes or an integer, as JSON text; "" where there is none.
Answered<std::string> frame_id(JsonValue id) {
  switch (id.kind()) {
    case JsonValue::Kind::missing:
    case JsonValue::Kind::null:
      return std::string();
    case JsonValue::Kind::integer:
      return id.minified();
    case JsonValue::Kind::string: {
      auto text = *id.string();
      if (text.empty() || text.size() > kFrameIdBytesMax) break;
      std::string quoted;
      append_json_string(quoted, text);
      return quoted;
    }
    default:
      break;
  }
  return malformed("`id` is not a string of 1 to 64 bytes or an integer");
}

Answered<ClientFrame> read_envelope(JsonValue root, const Limits& limits, std::string id_json) {
  Fields fields(root, "the frame");
  fields.require("type");
  ClientFrame frame;
  frame.id_json = std::move(id_json);
  frame.type = fields.text("type").value_or("");
  frame.key = fields.text("key").value_or("");
  if (fields.has("key") && !is_idempotency_key(frame.key, limits)) {
    fields.wrong("key", "1 to " + std::to_string(limits.idempotency_key_bytes_max) + " visible ASCII characters");
  }
  frame.act_as = fields.user("act_as");
  if (fields.has("data") && fields.value("data").kind() != JsonValue::Kind::object) {
    fields.wrong("data", "a JSON object");
  }
  if (fields.problem()) return *fields.problem();
  frame.data = fields.value("data");
  return frame;
}

// A member of `data` that must be an id.
template <class Id>
Answered<Id> required_id(JsonValue data, std::string_view name) {
  Fields fields(data, "`data`");
  fields.require(name);
  auto id = fields.id<Id>(name);
  if (fields.problem()) return *fields.problem();
  return *id;
}

using Maker = Answered<Command> (*)(const ClientFrame&, const CommandInput&);

Answered<Command> make_send(const ClientFrame& frame, const CommandInput& input) {
  return send_message_of(std::nullopt, frame.data, input);
}

Answered<Command> make_edit(const ClientFrame& frame, const CommandInput& input) {
  TRY(auto id, required_id<MessageId>(frame.data, "message_id"));
  return edit_message_of(id, frame.data, std::nullopt, input.limits);
}

Answered<Command> make_delete(const ClientFrame& frame, const CommandInput&) {
  TRY(auto id, required_id<MessageId>(frame.data, "message_id"));
  return Command(domain::DeleteMessage{id, std::nullopt});
}

Answered<Command> make_read(const ClientFrame& frame, const CommandInput&) {
  if (!Fields(frame.data).has("message_id")) {
    TRY(auto id, required_id<ConversationId>(frame.data, "conversation_id"));
    return read_of(id, frame.data);
  }
  TRY(auto message, required_id<MessageId>(frame.data, "message_id"));
  return Command(domain::Read{{}, {}, message});
}

Answered<Command> make_delivered(const ClientFrame& frame, const CommandInput&) {
  TRY(auto id, required_id<ConversationId>(frame.data, "conversation_id"));
  return delivered_of(id, frame.data);
}

Answered<Command> make_forward(const ClientFrame& frame, const CommandInput& input) {
  TRY(auto id, required_id<MessageId>(frame.data, "message_id"));
  return forward_of(id, frame.data, input);
}

Answered<Command> make_reaction(const ClientFrame& frame, bool add) {
  TRY(auto id, required_id<MessageId>(frame.data, "message_id"));
  return react_of(id, frame.data, add);
}
Answered<Command> make_add_reaction(const ClientFrame& frame, const CommandInput&) {
  return make_reaction(frame, true);
}
Answered<Command> make_remove_reaction(const ClientFrame& frame, const CommandInput&) {
  return make_reaction(frame, false);
}

constexpr std::array<std::pair<std::string_view, Maker>, 8> kMakers{{
    {"message.send", make_send},
    {"message.read", make_read},
    {"message.delivered", make_delivered},
    {"message.edit", make_edit},
    {"message.delete", make_delete},
    {"message.forward", make_forward},
    {"reaction.add", make_add_reaction},
    {"reaction.remove", make_remove_reaction},
}};

void append_answer_head(std::string& out, std::string_view type, std::string_view id_json) {
  out.append("{\"type\":\"").append(type).append("\",\"re\":");
  out.append(id_json.empty() ? "null" : id_json).append(",\"data\":");
}
}  // namespace

bool is_idempotency_key(std::string_view key, const Limits& limits) {
  return !key.empty() && key.size() <= limits.idempotency_key_bytes_max &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x21 && c <= 0x7E; });
}

Answered<ClientFrame> parse_frame(JsonParser& parser, std::string_view text, const Limits& limits,
                                  std::string& id_json) {
  id_json.clear();
  auto root = parser.parse(text);
  if (!root) return problem_of(root.error());
  TRY(auto id, frame_id(root.value().member("id")));
  id_json = std::move(id);
  return read_envelope(root.value(), limits, id_json);
}

bool is_command(std::string_view frame_type) {
  return std::any_of(kMakers.begin(), kMakers.end(), [&](const auto& maker) { return maker.first == frame_type; });
}

std::optional<Answered<Command>> command_of_frame(const ClientFrame& frame, const domain::Caller& caller,
                                                  const Limits& limits, base::UuidSource& uuids) {
  for (const auto& [type, make] : kMakers) {
    if (type == frame.type) return make(frame, CommandInput{caller, limits, uuids});
  }
  return std::nullopt;
}

std::string ack_frame(std::string_view id_json, std::string_view data) {
  std::string out;
  out.reserve(data.size() + id_json.size() + 40);
  append_answer_head(out, "ack", id_json);
  out.append(data).append("}");
  return out;
}

std::string error_frame(std::string_view id_json, const Problem& problem, std::string_view request_id) {
  std::string out;
  append_answer_head(out, "error", id_json);
  append_problem(out, problem, request_id);
  out += '}';
  return out;
}

}  // namespace hansard::api
