#include <variant>

#include "api/json.h"
#include "api/render.h"
#include "api/render_parts.h"
#include "api/words.h"
#include "engine/base/check.h"

namespace hansard::api {

using domain::MessageContent;
using domain::RecordedEvent;
using projections::MessageView;

namespace {
constexpr std::size_t kMessageBytesTypical = 640;  // without its text

void append_mentions(std::string& out, const std::vector<domain::Mention>& mentions) {
  out += '[';
  for (const auto& mention : mentions) {
    if (out.back() != '[') out += ',';
    out += "{\"user_id\":";
    append_json_string(out, mention.user.value);
    out += ",\"offset\":";
    append_json_number(out, mention.offset);
    out += ",\"length\":";
    append_json_number(out, mention.length);
    out += '}';
  }
  out += ']';
}

void append_attachments(std::string& out, const std::vector<domain::Attachment>& attachments) {
  out += '[';
  for (const auto& attachment : attachments) {
    if (out.back() != '[') out += ',';
    out += "{\"id\":";
    append_id(out, attachment.file);
    out += ",\"media_type\":";
    append_json_string(out, attachment.media_type);
    out += ",\"name\":";
    append_json_string(out, attachment.name);
    out += ",\"size\":";
    append_json_number(out, attachment.size);
    out += '}';
  }
  out += ']';
}

void append_facts(std::string& out, const MessageParts& message, std::uint32_t epoch) {
  const domain::MessageFacts& facts = message.facts;
  out += "{\"id\":";
  append_id(out, facts.message);
  out += ",\"conversation_id\":";
  append_id(out, facts.conversation);
  out += ",\"ordinal\":";
  append_json_number(out, facts.ordinal.value);
  out += ",\"version\":";
  append_json_number(out, message.version.value);
  out += ",\"position\":";
  append_quoted_position(out, epoch, message.position);
  out += ",\"sender_id\":";
  append_json_string(out, facts.author.value);
  out += ",\"sender_type\":";
  append_text_or_null(out, facts.sender_type);
  out.append(",\"type\":\"").append(word_of(facts.type)).append("\"");
}

void append_content(std::string& out, const MessageContent& content) {
  out += ",\"content\":";
  append_json_string(out, content.text);
  out += ",\"metadata\":";
  append_json_or_null(out, content.metadata);
  out += ",\"mentions\":";
  append_mentions(out, content.mentions);
  out += ",\"attachments\":";
  append_attachments(out, content.attachments);
}
}  // namespace

void append_message_parts(std::string& out, const MessageParts& message, std::uint32_t epoch) {
  append_facts(out, message, epoch);
  if (message.content != nullptr) {
    append_content(out, *message.content);
  } else {
    out += ",\"content\":null,\"metadata\":null,\"mentions\":[],\"attachments\":[]";
  }
  out += ",\"reply_to\":";
  if (message.facts.reply_to) {
    append_id(out, *message.facts.reply_to);
  } else {
    out += "null";
  }
  out += ",\"thread_count\":";
  append_json_number(out, message.thread_count);
  out += ",\"reactions\":[],\"forwarded_from\":null,\"created_at\":";
  append_json_time(out, message.facts.created_at);
  out += ",\"edited_at\":";
  append_time_or_null(out, message.edited_at);
  out += ",\"deleted_at\":";
  append_time_or_null(out, message.deleted_at);
  out += ",\"erased\":";
  append_bool(out, message.erased);
  out += '}';
}

MessageParts parts_of(const MessageView& message) {
  return {message.facts,     message.version,    message.position, message.content ? &*message.content : nullptr,
          message.edited_at, message.deleted_at, message.erased,   message.thread_count};
}

MessageParts parts_of(const RecordedEvent& event) {
  CHECK(event.body.has_value(), event.raw_type);
  if (const auto* sent = std::get_if<domain::MessageSent>(&*event.body)) {
    const MessageContent* content = sent->content ? &*sent->content : nullptr;
    return {sent->facts, event.version, event.position, content, {}, {}, content == nullptr, 0};
  }
  if (const auto* edited = std::get_if<domain::MessageEdited>(&*event.body)) {
    const MessageContent* content = edited->content ? &*edited->content : nullptr;
    return {edited->facts, event.version, event.position, content, event.time, {}, content == nullptr, 0};
  }
  const auto* deleted = std::get_if<domain::MessageDeleted>(&*event.body);
  CHECK(deleted != nullptr, event.raw_type);
  return {deleted->facts, event.version, event.position, nullptr, {}, event.time, false, 0};
}

void append_message(std::string& out, const MessageView& message, std::uint32_t epoch) {
  std::size_t text = message.content ? message.content->text.size() + message.content->metadata.size() : 0;
  if (out.capacity() - out.size() < text + kMessageBytesTypical) {
    out.reserve(2 * out.capacity() + text + kMessageBytesTypical);
  }
  append_message_parts(out, parts_of(message), epoch);
}

MessageView message_of(const RecordedEvent& event) {
  MessageParts parts = parts_of(event);
  MessageView view;
  view.facts = parts.facts;
  view.version = parts.version;
  view.position = parts.position;
  if (parts.content != nullptr) view.content = *parts.content;
  view.edited_at = parts.edited_at;
  view.deleted_at = parts.deleted_at;
  view.erased = parts.erased;
  return view;
}

}  // namespace hansard::api
