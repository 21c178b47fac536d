#include "engine/base/json.h"
#include "engine/base/position_text.h"
#include "engine/domain/words.h"
#include "replay/command_output.h"
#include "replay/transcript.h"

namespace hansard::replay {

using base::append_json_string;
using base::append_json_time;
using projections::MessageView;

namespace {
void append_time(std::string& out, const char* name, const std::optional<base::Timestamp>& time) {
  append_name(out, name);
  if (time) {
    append_json_time(out, *time);
  } else {
    out += "null";
  }
}

void append_conversation(std::string& out, const projections::ConversationView& it) {
  out += "{";
  append_field(out, "id", base::to_text(it.id));
  append_field(out, "type", domain::word_of(it.type));
  append_field(out, "title", it.title);
  append_name(out, "metadata");
  out += it.metadata.empty() ? "null" : it.metadata;
  append_field(out, "created_by", it.created_by.value);
  append_time(out, "created_at", it.created_at);
  append_field(out, "version", it.version.value);
  append_field(out, "member_count", it.member_count);
  append_field(out, "last_ordinal", it.last_ordinal.value);
  append_flag(out, "closed", it.closed);
  out += "}";
}

void append_member(std::string& out, const projections::MemberView& member) {
  out += "{";
  append_field(out, "user_id", member.user.value);
  append_field(out, "role", domain::word_of(member.role));
  append_time(out, "joined_at", member.joined_at);
  out += "}";
}

void append_reactions(std::string& out, const MessageView& message) {
  append_name(out, "reactions");
  out += "[";
  for (const auto& reaction : message.reactions) {
    out += out.back() == '[' ? "{" : ",{";
    append_field(out, "emoji", reaction.emoji);
    append_field(out, "count", reaction.count);
    out += "}";
  }
  out += "]";
}

void append_message(std::string& out, const MessageView& message) {
  out += "{";
  append_field(out, "id", base::to_text(message.facts.message));
  append_field(out, "ordinal", message.facts.ordinal.value);
  append_field(out, "version", message.version.value);
  append_field(out, "sender_id", message.facts.author.value);
  append_field(out, "type", domain::word_of(message.facts.type));
  append_name(out, "content");
  if (message.content) {
    append_json_string(out, message.content->text);
  } else {
    out += "null";
  }
  append_name(out, "reply_to");
  if (message.facts.reply_to) {
    append_json_string(out, base::to_text(*message.facts.reply_to));
  } else {
    out += "null";
  }
  append_field(out, "thread_count", message.thread_count);
  append_reactions(out, message);
  append_time(out, "created_at", message.facts.created_at);
  append_time(out, "edited_at", message.edited_at);
  append_time(out, "deleted_at", message.deleted_at);
  append_flag(out, "expired", message.expired);
  append_flag(out, "erased", message.erased);
  out += "}";
}
}  // namespace

std::string json_of(const Scene& scene, std::uint32_t epoch) {
  std::string out = "{\"as_of\":{";
  append_field(out, "position", base::position_text(epoch, scene.position));
  append_time(out, "time", scene.time);
  out += "},\"conversation\":";
  append_conversation(out, scene.conversation);
  out += ",\"members\":[";
  for (const auto& member : scene.members) {
    if (out.back() != '[') out += ',';
    append_member(out, member);
  }
  out += "],\"messages\":[";
  for (const auto& message : scene.messages) {
    if (out.back() != '[') out += ',';
    append_message(out, message);
  }
  out += "]";
  append_flag(out, "has_older", scene.has_older);
  return out + "}";
}

}  // namespace hansard::replay
