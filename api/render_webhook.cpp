#include "api/render_webhook.h"

#include <string_view>

#include "api/json.h"
#include "api/render.h"
#include "api/render_parts.h"
#include "api/words.h"

namespace hansard::api {

namespace {
using domain::UserId;
using projections::Snapshot;

// Appends `,"name":value`, one overload a kind of value.
struct Fields {
  std::string& out;

  void name(std::string_view name) { out.append(",\"").append(name).append("\":"); }
  void text(std::string_view field, std::string_view value) {
    name(field);
    append_text_or_null(out, value);
  }
  template <class Tag>
  void id(std::string_view field, const base::Uuid<Tag>& value) {
    name(field);
    append_id(out, value);
  }
  template <class Tag>
  void id(std::string_view field, const std::optional<base::Uuid<Tag>>& value) {
    if (value) id(field, *value);
  }
  // What an erasure or a hold is of.
  template <class... Ids>
  void scope(const std::variant<Ids...>& scope) {
    std::visit([this](const auto& held) { about(held); }, scope);
  }
  void about(const base::MessageId& message) { id("message_id", message); }
  void about(const base::UserId& user) { text("user_id", user.value); }
  void about(const base::ConversationId& conversation) { id("conversation_id", conversation); }
  void number(std::string_view field, std::uint64_t value) {
    name(field);
    append_json_number(out, value);
  }
  void time(std::string_view field, base::Timestamp value) {
    name(field);
    append_json_time(out, value);
  }
  void flag(std::string_view field, bool value) {
    name(field);
    append_bool(out, value);
  }
  void members(const std::vector<domain::MemberEntry>& entries) {
    name("members");
    out += '[';
    for (const auto& entry : entries) {
      if (out.back() != '[') out += ',';
      out += "{\"user_id\":";
      append_json_string(out, entry.user.value);
      out.append(",\"role\":\"").append(word_of(entry.role)).append("\"}");
    }
    out += ']';
  }
};

void append_message_now(Fields& fields, const domain::MessageFacts& facts, std::uint32_t epoch, const Snapshot& now) {
  fields.id("conversation_id", facts.conversation);
  fields.id("message_id", facts.message);
  fields.number("ordinal", facts.ordinal.value);
  fields.text("sender_id", facts.author.value);
  const auto message = now.message(facts.message);
  fields.name("message");
  if (message) {
    append_message(fields.out, *message, epoch);
  } else {
    fields.out += "null";
  }
}

// Who and what an event names.
template <class Body>
void append_ids(Fields& fields, const Body& body) {
  if constexpr (requires { body.conversation; }) fields.id("conversation_id", body.conversation);
  if constexpr (requires { body.message; }) fields.id("message_id", body.message);
  if constexpr (requires { body.ordinal; }) fields.number("ordinal", body.ordinal.value);
  if constexpr (requires { body.user; }) fields.text("user_id", body.user.value);
  if constexpr (requires { body.other; }) fields.text("other_id", body.other.value);
  if constexpr (requires { body.file; }) fields.id("file_id", body.file);
  if constexpr (requires { body.erasure; }) fields.id("erasure_id", body.erasure);
  if constexpr (requires { body.hold; }) fields.id("hold_id", body.hold);
  if constexpr (requires { body.scope; }) fields.scope(body.scope);
  if constexpr (requires { body.action; }) fields.text("action", body.action);
  if constexpr (requires { body.draft; }) {
    fields.id("conversation_id", body.draft.conversation);
    fields.id("message_id", body.draft.message);
  }
}

template <class Body>
void append_rest(Fields& fields, const Body& body) {
  if constexpr (requires { body.members; }) fields.members(body.members);
  if constexpr (requires { body.role; }) fields.text("role", word_of(body.role));
  if constexpr (requires { body.created_by; }) fields.text("created_by", body.created_by.value);
  if constexpr (requires { body.external_id; }) fields.text("external_id", body.external_id);
  if constexpr (requires { body.up_to; }) fields.number("up_to", body.up_to.value);
  if constexpr (requires { body.from; }) fields.number("from", body.from.value);
  if constexpr (requires { body.archived; }) {
    fields.flag("archived", body.archived);
    fields.flag("muted", body.muted);
    fields.flag("pinned", body.pinned);
  }
  if constexpr (requires { body.at; }) fields.time("at", body.at);
  if constexpr (requires { body.send_at; }) fields.time("send_at", body.send_at);
  if constexpr (requires { body.reason; }) fields.text("reason", body.reason);
  if constexpr (requires { body.size; }) fields.number("size", body.size);
  if constexpr (requires { body.content->emoji; }) fields.text("emoji", body.content ? body.content->emoji : "");
}

bool may_read(const domain::NotificationDue& due, const domain::MessageFacts& facts, const Snapshot& now) {
  const auto member = now.member(due.conversation, due.user);
  const auto conversation = now.conversation(due.conversation);
  return member && conversation && facts.ordinal > domain::hidden_through(conversation->settings, member->joined_after);
}

// C-33: what a push service needs, without asking back. The content is that of now: null when it is gone, also for the
// one who is told, because he was removed meanwhile.
void append_push(std::string& out, const domain::NotificationDue& due, const Snapshot& now) {
  Fields fields{out};
  const auto message = now.message(due.message);
  fields.text("user_id", due.user.value);
  fields.text("type", message ? word_of(message->facts.type) : "");
  fields.id("message_id", due.message);
  fields.id("conversation_id", due.conversation);
  fields.text("sender_id", message ? message->facts.author.value : "");
  fields.name("content");
  if (message && message->content && may_read(due, message->facts, now)) {
    append_json_string(out, message->content->text);
  } else {
    out += "null";
  }
  fields.name("timestamp");
  append_time_or_null(out, message ? std::optional(message->facts.created_at) : std::nullopt);
}
}  // namespace

void append_webhook_event(std::string& out, const domain::RecordedEvent& event, std::uint32_t epoch,
                          const Snapshot& now) {
  Fields fields{out};
  out += "\"event\":{\"position\":";
  append_quoted_position(out, epoch, event.position);
  const auto type = event.body ? domain::type_name(domain::type_of(*event.body)) : "unknown";
  out.append(",\"type\":\"").append(type).append("\"");
  fields.time("time", event.time);
  fields.text("actor", event.actor.value);
  fields.number("version", event.version.value);
  const auto append_body = [&](const auto& body) {
    if constexpr (requires { body.facts; }) {
      append_message_now(fields, body.facts, epoch, now);
    } else {
      append_ids(fields, body);
      append_rest(fields, body);
    }
  };
  if (event.body) std::visit(append_body, *event.body);
  out += '}';
  const auto* due = event.body ? std::get_if<domain::NotificationDue>(&*event.body) : nullptr;
  if (due != nullptr) append_push(out, *due, now);
}

}  // namespace hansard::api
