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

void append_sender(std::string& out, const Sender& sender) {
  out += ",\"sender\":";
  if (!sender) {
    out += "null";
    return;
  }
  out += "{\"display_name\":";
  append_text_or_null(out, sender->display_name);
  out += ",\"avatar\":";
  append_text_or_null(out, sender->avatar);
  out += '}';
}

void append_reactions(std::string& out, const std::vector<projections::ReactionView>& reactions) {
  out += '[';
  for (const auto& reaction : reactions) {
    if (out.back() != '[') out += ',';
    out += "{\"emoji\":";
    append_json_string(out, reaction.emoji);
    out += ",\"count\":";
    append_json_number(out, reaction.count);
    out += ",\"me\":";
    append_bool(out, reaction.me);
    out += '}';
  }
  out += ']';
}

void append_counts(std::string& out, const MessageParts& message) {
  out += ",\"thread_count\":";
  append_json_number(out, message.thread_count);
  out += ",\"reactions\":";
  if (message.reactions != nullptr) {
    append_reactions(out, *message.reactions);
  } else {
    out += "[]";
  }
}

void append_forwarded_from(std::string& out, const std::optional<domain::ForwardedFrom>& from) {
  out += ",\"forwarded_from\":";
  if (!from) {
    out += "null";
    return;
  }
  out += "{\"message_id\":";
  append_id(out, from->message);
  out += ",\"conversation_id\":";
  if (from->conversation.is_nil()) {
    out += "null";
  } else {
    append_id(out, from->conversation);
  }
  out += ",\"sender_id\":";
  append_json_string(out, from->sender.value);
  out += ",\"created_at\":";
  append_json_time(out, from->created_at);
  out += '}';
}

void append_reply_to(std::string& out, const domain::MessageFacts& facts) {
  out += ",\"reply_to\":";
  if (facts.reply_to) {
    append_id(out, *facts.reply_to);
  } else {
    out += "null";
  }
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

void append_content_or_none(std::string& out, const MessageContent* content) {
  if (content != nullptr) {
    append_content(out, *content);
  } else {
    out += ",\"content\":null,\"metadata\":null,\"mentions\":[],\"attachments\":[]";
  }
}
}  // namespace

void append_message_parts(std::string& out, const MessageParts& message, std::uint32_t epoch) {
  append_facts(out, message, epoch);
  if (message.sender != nullptr) append_sender(out, *message.sender);
  append_content_or_none(out, message.content);
  append_reply_to(out, message.facts);
  if (message.has_counts) append_counts(out, message);
  append_forwarded_from(out, message.facts.forwarded_from);
  out += ",\"created_at\":";
  append_json_time(out, message.facts.created_at);
  out += ",\"edited_at\":";
  append_time_or_null(out, message.edited_at);
  out += ",\"deleted_at\":";
  append_time_or_null(out, message.deleted_at);
  out += ",\"expired\":";
  append_bool(out, message.expired);
  out += ",\"erased\":";
  append_bool(out, message.erased);
  out += '}';
}

void begin_scheduled(std::string& out, const domain::MessageFacts& draft, base::Timestamp send_at,
                     const MessageContent* content) {
  out += "{\"id\":";
  append_id(out, draft.message);
  out += ",\"conversation_id\":";
  append_id(out, draft.conversation);
  out += ",\"sender_id\":";
  append_json_string(out, draft.author.value);
  out += ",\"sender_type\":";
  append_text_or_null(out, draft.sender_type);
  out.append(",\"type\":\"").append(word_of(draft.type)).append("\"");
  append_content_or_none(out, content);
  append_reply_to(out, draft);
  out += ",\"created_at\":";
  append_json_time(out, draft.created_at);
  out += ",\"scheduled\":true,\"send_at\":";
  append_json_time(out, send_at);
}

MessageParts parts_of(const MessageView& message) {
  const MessageContent* content = message.content ? &*message.content : nullptr;
  return {message.facts,      message.version, message.position,     content,         message.edited_at,
          message.deleted_at, message.erased,  message.thread_count, message.expired, &message.reactions};
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
  if (const auto* expired = std::get_if<domain::MessageExpired>(&*event.body)) {
    return {expired->facts, event.version, event.position, nullptr, {}, event.time, false, 0, true};
  }
  if (const auto* erased = std::get_if<domain::MessageErased>(&*event.body)) {
    return {erased->facts, event.version, event.position, nullptr, {}, event.time, true, 0};
  }
  const auto* deleted = std::get_if<domain::MessageDeleted>(&*event.body);
  CHECK(deleted != nullptr, event.raw_type);
  return {deleted->facts, event.version, event.position, nullptr, {}, event.time, false, 0};
}

void append_message(std::string& out, const MessageView& message, std::uint32_t epoch, const Sender* sender) {
  std::size_t text = message.content ? message.content->text.size() + message.content->metadata.size() : 0;
  if (out.capacity() - out.size() < text + kMessageBytesTypical) {
    out.reserve(2 * out.capacity() + text + kMessageBytesTypical);
  }
  MessageParts parts = parts_of(message);
  parts.sender = sender;
  append_message_parts(out, parts, epoch);
}

void append_scheduled(std::string& out, const projections::ScheduledView& message, std::uint32_t epoch) {
  begin_scheduled(out, message.facts, message.send_at, message.content ? &*message.content : nullptr);
  out += ",\"position\":";
  append_quoted_position(out, epoch, message.position);
  out += '}';
}

void append_profile(std::string& out, const base::UserId& user, const projections::ProfileView& profile) {
  out += "{\"id\":";
  append_json_string(out, user.value);
  out += ",\"display_name\":";
  append_text_or_null(out, profile.display_name);
  out += ",\"avatar\":";
  append_text_or_null(out, profile.avatar);
  out += ",\"metadata\":";
  append_json_or_null(out, profile.metadata);
  out += ",\"updated_at\":";
  append_json_time(out, profile.updated_at);
  out += '}';
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
  view.expired = parts.expired;
  return view;
}

}  // namespace hansard::api
