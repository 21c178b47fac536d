#include <variant>
#include <vector>

#include "api/json.h"
#include "api/render.h"
#include "api/render_parts.h"
#include "api/words.h"
#include "engine/base/check.h"

namespace hansard::api {

using base::ConversationId;
using base::Position;
using base::UserId;
using base::Version;
using domain::RecordedEvent;

namespace {
constexpr std::size_t kFrameBytesTypical = 1'024;

// Everything of a frame up to its data. No version: an event of a user's own stream.
struct Envelope {
  std::string_view type;
  Position position;
  ConversationId conversation;
  std::optional<Version> version;
};

std::string begin_frame(const Envelope& envelope, std::uint32_t epoch) {
  std::string out;
  out.reserve(kFrameBytesTypical);
  out.append("{\"type\":\"").append(envelope.type).append("\",\"position\":");
  append_quoted_position(out, epoch, envelope.position);
  out += ",\"conversation_id\":";
  append_id(out, envelope.conversation);
  out += ",\"version\":";
  if (envelope.version) {
    append_json_number(out, envelope.version->value);
  } else {
    out += "null";
  }
  out += ",\"cursor\":";
  append_quoted_position(out, epoch, envelope.position);
  out += ",\"data\":";
  return out;
}

void append_member_entry(std::string& out, const domain::MemberEntry& member, base::Timestamp joined_at) {
  append_member(out, {member.user, member.role, joined_at, {}});
}

void append_members(std::string& out, const std::vector<domain::MemberEntry>& members, base::Timestamp joined_at) {
  out += '[';
  for (const auto& member : members) {
    if (out.back() != '[') out += ',';
    append_member_entry(out, member, joined_at);
  }
  out += ']';
}

void append_by(std::string& out, const RecordedEvent& event) {
  out += ",\"by\":";
  append_json_string(out, event.actor.value);
}

// The frame of each kind of event that all members get.
struct FrameOf {
  const RecordedEvent& event;
  std::uint32_t epoch;

  std::string begin(std::string_view type, const ConversationId& conversation) const {
    return begin_frame({type, event.position, conversation, event.version}, epoch);
  }
  std::string with_message(std::string_view type, bool has_counts) const {
    MessageParts parts = parts_of(event);
    parts.has_counts = has_counts;
    std::string out = begin(type, parts.facts.conversation);
    out += "{\"message\":";
    append_message_parts(out, parts, epoch);
    out += "}}";
    return out;
  }

  std::optional<std::string> operator()(const domain::MessageSent&) const { return with_message("message.new", true); }
  std::optional<std::string> operator()(const domain::MessageEdited&) const {
    return with_message("message.edited", false);
  }
  std::string gone(const domain::MessageFacts& facts) const {
    std::string out = begin("message.deleted", facts.conversation);
    out += "{\"message_id\":";
    append_id(out, facts.message);
    out += ",\"ordinal\":";
    append_json_number(out, facts.ordinal.value);
    return out;
  }
  std::optional<std::string> operator()(const domain::MessageDeleted& body) const {
    std::string out = gone(body.facts);
    append_by(out, event);
    out += "}}";
    return out;
  }
  std::optional<std::string> operator()(const domain::MessageExpired& body) const {
    return gone(body.facts) + ",\"reason\":\"expired\"}}";
  }
  std::optional<std::string> operator()(const domain::MessageErased& body) const {
    return gone(body.facts) + ",\"reason\":\"erased\",\"erased\":true}}";
  }
  std::optional<std::string> operator()(const domain::ConversationErased& body) const {
    return begin("conversation.updated", body.conversation) +
           "{\"title\":null,\"metadata\":null,\"closed\":true,\"erased\":true}}";
  }
  template <class Reaction>
  std::optional<std::string> with_reaction(std::string_view type, const Reaction& body) const {
    std::string out = begin(type, body.conversation);
    out += "{\"message_id\":";
    append_id(out, body.message);
    out += ",\"ordinal\":";
    append_json_number(out, body.ordinal.value);
    out += ",\"user_id\":";
    append_json_string(out, body.user.value);
    out += ",\"emoji\":";
    append_text_or_null(out, body.content ? body.content->emoji : "");
    out += "}}";
    return out;
  }
  std::optional<std::string> operator()(const domain::ReactionAdded& body) const {
    if (!body.content) return std::nullopt;
    return with_reaction("reaction.added", body);
  }
  std::optional<std::string> operator()(const domain::ReactionRemoved& body) const {
    return with_reaction("reaction.removed", body);
  }
  std::optional<std::string> operator()(const domain::ConversationCreated& body) const;
  std::optional<std::string> operator()(const domain::ConversationUpdated& body) const;
  std::optional<std::string> operator()(const domain::ConversationClosed& body) const {
    std::string out = begin("conversation.updated", body.conversation);
    out += "{\"closed\":true";
    append_by(out, event);
    out += "}}";
    return out;
  }
  std::optional<std::string> operator()(const domain::MemberAdded& body) const;
  std::optional<std::string> operator()(const domain::MemberRemoved& body) const {
    std::string out = begin("member.removed", body.conversation);
    out += "{\"user_id\":";
    append_json_string(out, body.user.value);
    append_by(out, event);
    out += "}}";
    return out;
  }
  std::optional<std::string> operator()(const domain::MemberRoleChanged& body) const {
    std::string out = begin("member.updated", body.conversation);
    out += "{\"user_id\":";
    append_json_string(out, body.user.value);
    out.append(",\"role\":\"").append(word_of(body.role)).append("\"");
    append_by(out, event);
    out += "}}";
    return out;
  }
  // One user's own events, and the system's.
  template <class Other>
  std::optional<std::string> operator()(const Other&) const {
    return std::nullopt;
  }
};

// One frame for all members, so nothing of it may depend on who gets it: the role is in `members`.
std::optional<std::string> FrameOf::operator()(const domain::ConversationCreated& body) const {
  std::string out = begin("conversation.created", body.conversation);
  out += "{\"conversation\":{\"id\":";
  append_id(out, body.conversation);
  out.append(",\"type\":\"").append(word_of(body.type)).append("\",\"title\":");
  append_text_or_null(out, body.content ? body.content->title : "");
  out += ",\"metadata\":";
  append_json_or_null(out, body.content ? body.content->metadata : "");
  out += ",\"settings\":";
  append_settings(out, body.settings);
  out += ",\"external_id\":";
  append_text_or_null(out, body.external_id);
  out += ",\"created_by\":";
  append_json_string(out, body.created_by.value);
  out += ",\"created_at\":";
  append_json_time(out, event.time);
  out += ",\"version\":";
  append_json_number(out, event.version.value);
  out += ",\"member_count\":";
  append_json_number(out, body.members.size());
  out += ",\"closed\":false,\"role\":null,\"last_message\":null,\"last_ordinal\":0,\"read_up_to\":0,\"unread\":0,";
  out += "\"mentions_unread\":0,\"archived\":false,\"muted\":false,\"pinned\":false},\"members\":";
  append_members(out, body.members, event.time);
  out += "}}";
  return out;
}

std::optional<std::string> FrameOf::operator()(const domain::ConversationUpdated& body) const {
  std::string out = begin("conversation.updated", body.conversation);
  out += "{\"title\":";
  append_text_or_null(out, body.content ? body.content->title : "");
  out += ",\"metadata\":";
  append_json_or_null(out, body.content ? body.content->metadata : "");
  out += ",\"settings\":";
  append_settings(out, body.settings);
  out += ",\"closed\":false";
  append_by(out, event);
  out += "}}";
  return out;
}

// Who reads only the first level finds the one member there, which is nearly always all of them.
std::optional<std::string> FrameOf::operator()(const domain::MemberAdded& body) const {
  std::string out = begin("member.added", body.conversation);
  out += "{\"members\":";
  append_members(out, body.members, event.time);
  if (body.members.size() == 1) {
    out += ",\"user_id\":";
    append_json_string(out, body.members[0].user.value);
    out.append(",\"role\":\"").append(word_of(body.members[0].role)).append("\",\"joined_at\":");
    append_json_time(out, event.time);
  }
  append_by(out, event);
  out += "}}";
  return out;
}
}  // namespace

std::optional<std::string> event_frame(const RecordedEvent& event, std::uint32_t epoch) {
  if (!event.body) return std::nullopt;
  return std::visit(FrameOf{event, epoch}, *event.body);
}

std::string message_frame(domain::EventType type, Position position, Version version,
                          const projections::MessageView& now, std::uint32_t epoch) {
  std::string_view name = type == domain::EventType::message_edited ? "message.edited" : "message.new";
  std::string out = begin_frame({name, position, now.facts.conversation, version}, epoch);
  MessageParts parts = parts_of(now);
  parts.reactions = nullptr;
  parts.has_counts = type != domain::EventType::message_edited;
  out += "{\"message\":";
  append_message_parts(out, parts, epoch);
  out += "}}";
  return out;
}

std::string receipt_frame(bool read, Position position, const ConversationId& conversation, const UserId& user,
                          base::Ordinal up_to, base::Timestamp at, std::uint32_t epoch) {
  std::string_view type = read ? "message.read_receipt" : "message.delivered";
  std::string out = begin_frame({type, position, conversation, std::nullopt}, epoch);
  out += "{\"user_id\":";
  append_json_string(out, user.value);
  out += ",\"up_to\":";
  append_json_number(out, up_to.value);
  out += ",\"at\":";
  append_json_time(out, at);
  out += "}}";
  return out;
}

std::string receipt_frame(const RecordedEvent& event, std::uint32_t epoch) {
  CHECK(event.body.has_value(), event.raw_type);
  if (const auto* read = std::get_if<domain::ReadAdvanced>(&*event.body)) {
    return receipt_frame(true, event.position, read->conversation, read->user, read->up_to, event.time, epoch);
  }
  const auto* delivered = std::get_if<domain::DeliveredAdvanced>(&*event.body);
  CHECK(delivered != nullptr, event.raw_type);
  return receipt_frame(false, event.position, delivered->conversation, delivered->user, delivered->up_to, event.time,
                       epoch);
}

std::string unread_changed_frame(Position position, const ConversationId& conversation, projections::UnreadCount count,
                                 const projections::ReaderView& reader, std::uint32_t epoch) {
  std::string out = begin_frame({"unread.changed", position, conversation, std::nullopt}, epoch);
  out += "{\"unread\":";
  append_json_number(out, count.unread);
  out += ",\"mentions_unread\":";
  append_json_number(out, count.mentions);
  out += ",\"read_up_to\":";
  append_json_number(out, reader.read_up_to.value);
  out += ",\"marked_from\":";
  append_number_or_null(out, reader.marked_from);
  out += ",\"archived\":";
  append_bool(out, reader.archived);
  out += ",\"muted\":";
  append_bool(out, reader.muted);
  out += ",\"pinned\":";
  append_bool(out, reader.pinned);
  out += "}}";
  return out;
}

}  // namespace hansard::api
