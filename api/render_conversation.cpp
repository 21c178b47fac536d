#include "api/json.h"
#include "api/render.h"
#include "api/render_parts.h"
#include "api/words.h"

namespace hansard::api {

using projections::ConversationView;
using projections::ListEntry;

namespace {
void append_shared_part(std::string& out, const ConversationView& conversation) {
  out += "{\"id\":";
  append_id(out, conversation.id);
  out.append(",\"type\":\"").append(word_of(conversation.type)).append("\",\"title\":");
  append_text_or_null(out, conversation.title);
  out += ",\"metadata\":";
  append_json_or_null(out, conversation.metadata);
  out += ",\"settings\":";
  append_settings(out, conversation.settings);
  out += ",\"external_id\":";
  append_text_or_null(out, conversation.external_id);
  out += ",\"created_by\":";
  append_json_string(out, conversation.created_by.value);
  out += ",\"created_at\":";
  append_json_time(out, conversation.created_at);
  out += ",\"version\":";
  append_json_number(out, conversation.version.value);
  out += ",\"member_count\":";
  append_json_number(out, conversation.member_count);
  out += ",\"closed\":";
  append_bool(out, conversation.closed);
}

void append_own_part(std::string& out, const ListEntry& entry, std::uint32_t epoch, Senders* senders) {
  out += ",\"role\":";
  if (entry.role == domain::Role{}) {
    out += "null";
  } else {
    out.append("\"").append(word_of(entry.role)).append("\"");
  }
  out += ",\"last_message\":";
  if (entry.last_message) {
    const auto& last = *entry.last_message;
    append_message(out, last, epoch, senders != nullptr ? &senders->of(last.facts.author) : nullptr);
  } else {
    out += "null";
  }
  out += ",\"last_ordinal\":";
  append_json_number(out, entry.conversation.last_ordinal.value);
  out += ",\"read_up_to\":";
  append_json_number(out, entry.reader.read_up_to.value);
  out += ",\"unread\":";
  append_json_number(out, entry.unread.unread);
  out += ",\"mentions_unread\":";
  append_json_number(out, entry.unread.mentions);
  out += ",\"archived\":";
  append_bool(out, entry.reader.archived);
  out += ",\"muted\":";
  append_bool(out, entry.reader.muted);
  out += ",\"pinned\":";
  append_bool(out, entry.reader.pinned);
  out += '}';
}
}  // namespace

void append_conversation(std::string& out, const ListEntry& entry, std::uint32_t epoch, Senders* senders) {
  append_shared_part(out, entry.conversation);
  append_own_part(out, entry, epoch, senders);
}

void append_member(std::string& out, const projections::MemberView& member) {
  out += "{\"user_id\":";
  append_json_string(out, member.user.value);
  out.append(",\"role\":\"").append(word_of(member.role)).append("\",\"joined_at\":");
  append_json_time(out, member.joined_at);
  out += '}';
}

}  // namespace hansard::api
