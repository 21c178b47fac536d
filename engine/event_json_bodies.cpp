#include "engine/event_json_bodies.h"

#include <variant>

#include "engine/domain/words.h"

namespace hansard::engine {

namespace {
using namespace domain;  // NOLINT: the event bodies, all of them

// ---- pieces

void append_entries(JsonMembers& to, const std::vector<MemberEntry>& entries) {
  to.name("members");
  to.out += '[';
  for (const auto& entry : entries) {
    if (to.out.back() != '[') to.out += ',';
    to.begin();
    to.text("user_id", entry.user.value);
    to.text("role", word_of(entry.role));
    to.end();
  }
  to.out += ']';
}

void append_settings(JsonMembers& to, const Settings& settings) {
  to.name("settings");
  to.begin();
  to.text("history", word_of(settings.history));
  to.flag("edit_history", settings.edit_history);
  if (settings.delete_window_s) {
    to.number("delete_window_s", *settings.delete_window_s);
  } else {
    to.json("delete_window_s", "");
  }
  to.number("edit_window_s", settings.edit_window_s);
  to.text("who_may_post", word_of(settings.who_may_post));
  to.number("slow_mode_s", settings.slow_mode_s);
  to.number("retention_s", settings.retention_s);
  to.end();
}

void append_forwarded(JsonMembers& to, const std::optional<ForwardedFrom>& from) {
  if (!from) return to.json("forwarded_from", "");
  to.name("forwarded_from");
  to.begin();
  to.id("message_id", from->message);
  from->conversation.is_nil() ? to.json("conversation_id", "") : to.id("conversation_id", from->conversation);
  to.text("sender_id", from->sender.value);
  to.time("created_at", from->created_at);
  to.end();
}

void append_facts(JsonMembers& to, const MessageFacts& facts) {
  to.id("conversation_id", facts.conversation);
  to.id("message_id", facts.message);
  to.number("ordinal", facts.ordinal.value);
  to.text("sender_id", facts.author.value);
  to.text_or_null("sender_type", facts.sender_type);
  to.text("type", word_of(facts.type));
  facts.reply_to ? to.id("reply_to", *facts.reply_to) : to.json("reply_to", "");
  facts.reply_to ? to.number("reply_to_ordinal", facts.reply_to_ordinal.value) : to.json("reply_to_ordinal", "");
  to.time("created_at", facts.created_at);
  to.time("sent_at", facts.sent_at);
  append_forwarded(to, facts.forwarded_from);
}

void append_files(JsonMembers& to, const std::vector<FileId>& files) {
  to.name("file_ids");
  to.out += '[';
  for (const auto& file : files) {
    if (to.out.back() != '[') to.out += ',';
    base::append_json_uuid(to.out, file.bytes);
  }
  to.out += ']';
}

void append_digest(JsonMembers& to, const base::Digest& sha256) {
  static constexpr char kHex[] = "0123456789abcdef";
  to.name("sha256");
  to.out += '"';
  for (const auto byte : sha256) {
    to.out += kHex[byte >> 4];
    to.out += kHex[byte & 15];
  }
  to.out += '"';
}

// ---- facts, one overload a type: a type without one does not compile

// Where every pointer event stands, and every event about one message of a conversation.
template <class Body>
void append_place(JsonMembers& to, const Body& body) {
  to.id("conversation_id", body.conversation);
  if constexpr (requires { body.message; }) to.id("message_id", body.message);
  if constexpr (requires { body.ordinal; }) to.number("ordinal", body.ordinal.value);
  if constexpr (requires { body.user; }) to.text("user_id", body.user.value);
}

void facts_of(JsonMembers& to, const ConversationCreated& body, std::uint32_t) {
  to.id("conversation_id", body.conversation);
  to.text("type", word_of(body.type));
  to.text("created_by", body.created_by.value);
  to.text_or_null("external_id", body.external_id);
  append_entries(to, body.members);
  append_settings(to, body.settings);
}
void facts_of(JsonMembers& to, const ConversationUpdated& body, std::uint32_t) {
  to.id("conversation_id", body.conversation);
  append_settings(to, body.settings);
}
void facts_of(JsonMembers& to, const ConversationClosed& body, std::uint32_t) { append_place(to, body); }
void facts_of(JsonMembers& to, const MemberAdded& body, std::uint32_t) {
  to.id("conversation_id", body.conversation);
  append_entries(to, body.members);
  to.number("last_ordinal", body.last_ordinal.value);
}
void facts_of(JsonMembers& to, const MemberRemoved& body, std::uint32_t) { append_place(to, body); }
void facts_of(JsonMembers& to, const MemberRoleChanged& body, std::uint32_t) {
  append_place(to, body);
  to.text("role", word_of(body.role));
}
void facts_of(JsonMembers& to, const MessageSent& body, std::uint32_t) {
  append_facts(to, body.facts);
  append_files(to, body.files);
  to.flag("was_scheduled", body.was_scheduled);
}
void facts_of(JsonMembers& to, const MessageEdited& body, std::uint32_t) { append_facts(to, body.facts); }
void facts_of(JsonMembers& to, const MessageDeleted& body, std::uint32_t) { append_facts(to, body.facts); }
void facts_of(JsonMembers& to, const MessageExpired& body, std::uint32_t) { append_facts(to, body.facts); }
void facts_of(JsonMembers& to, const ReactionAdded& body, std::uint32_t) { append_place(to, body); }
void facts_of(JsonMembers& to, const ReactionRemoved& body, std::uint32_t) { append_place(to, body); }
void facts_of(JsonMembers& to, const ReadAdvanced& body, std::uint32_t) {
  append_place(to, body);
  to.number("up_to", body.up_to.value);
}
void facts_of(JsonMembers& to, const DeliveredAdvanced& body, std::uint32_t) {
  append_place(to, body);
  to.number("up_to", body.up_to.value);
}
void facts_of(JsonMembers& to, const UnreadMarked& body, std::uint32_t) {
  append_place(to, body);
  to.number("from", body.from.value);
}
void facts_of(JsonMembers& to, const ConversationFlagged& body, std::uint32_t) {
  append_place(to, body);
  to.flag("archived", body.archived);
  to.flag("muted", body.muted);
  to.flag("pinned", body.pinned);
}
void facts_of(JsonMembers& to, const ProfileUpdated& body, std::uint32_t) { to.text("user_id", body.user.value); }
void facts_of(JsonMembers& to, const UserBlocked& body, std::uint32_t) {
  to.text("user_id", body.user.value);
  to.text("other_id", body.other.value);
}
void facts_of(JsonMembers& to, const UserUnblocked& body, std::uint32_t) {
  to.text("user_id", body.user.value);
  to.text("other_id", body.other.value);
}
void facts_of(JsonMembers& to, const UserSeen& body, std::uint32_t) {
  to.text("user_id", body.user.value);
  to.time("at", body.at);
}
void facts_of(JsonMembers& to, const NotificationDue& body, std::uint32_t) { append_place(to, body); }
void facts_of(JsonMembers& to, const SendScheduled& body, std::uint32_t) {
  append_facts(to, body.draft);
  to.time("send_at", body.send_at);
}
void facts_of(JsonMembers& to, const ScheduleCancelled& body, std::uint32_t) {
  append_place(to, body);
  to.text_or_null("reason", body.reason);
}
void facts_of(JsonMembers& to, const FileUploaded& body, std::uint32_t) {
  to.text("user_id", body.user.value);
  to.id("file_id", body.file);
  append_digest(to, body.sha256);
  to.number("size", body.size);
}
void facts_of(JsonMembers& to, const FileCollected& body, std::uint32_t) {
  to.text("user_id", body.user.value);
  to.id("file_id", body.file);
}
void facts_of(JsonMembers& to, const LossAccepted& body, std::uint32_t epoch) {
  to.position("after", epoch, body.after);
  to.number("epoch", body.epoch);
}

void facts_of(JsonMembers& to, const MessageErased& body, std::uint32_t) {
  append_facts(to, body.facts);
  to.id("erasure_id", body.erasure);
}
void facts_of(JsonMembers& to, const ConversationErased& body, std::uint32_t) {
  to.id("conversation_id", body.conversation);
  to.id("erasure_id", body.erasure);
}
void facts_of(JsonMembers& to, const UserErased& body, std::uint32_t) {
  to.text("user_id", body.user.value);
  to.id("erasure_id", body.erasure);
}

// What an erasure or a hold is of: one member, named by its kind.
struct AppendScope {
  JsonMembers& to;
  void operator()(const MessageId& message) const { to.id("message_id", message); }
  void operator()(const UserId& user) const { to.text("user_id", user.value); }
  void operator()(const ConversationId& conversation) const { to.id("conversation_id", conversation); }
};

void facts_of(JsonMembers& to, const ErasureRequested& body, std::uint32_t) {
  to.id("erasure_id", body.erasure);
  std::visit(AppendScope{to}, body.scope);
}
void facts_of(JsonMembers& to, const ErasureCompleted& body, std::uint32_t epoch) {
  to.id("erasure_id", body.erasure);
  to.number("messages", body.messages);
  to.number("records", body.records);
  to.position("through", epoch, body.through);
}
void facts_of(JsonMembers& to, const HoldPlaced& body, std::uint32_t) {
  to.id("hold_id", body.hold);
  std::visit(AppendScope{to}, body.scope);
}
void facts_of(JsonMembers& to, const HoldReleased& body, std::uint32_t) {
  to.id("hold_id", body.hold);
  std::visit(AppendScope{to}, body.scope);
}

template <class Id>
void append_id_or_null(JsonMembers& to, std::string_view field, const std::optional<Id>& id) {
  id ? to.id(field, *id) : to.json(field, "");
}

void facts_of(JsonMembers& to, const HoldConflict& body, std::uint32_t) {
  to.id("hold_id", body.hold);
  append_id_or_null(to, "erasure_id", body.erasure);
  append_id_or_null(to, "conversation_id", body.conversation);
  append_id_or_null(to, "message_id", body.message);
  to.name("asked");
  if (!body.asked) return void(to.out += "null");
  to.begin();
  std::visit(AppendScope{to}, *body.asked);
  to.end();
}
void facts_of(JsonMembers& to, const AuditRead& body, std::uint32_t) {
  to.text("user_id", body.user.value);
  to.text("action", body.action);
  append_id_or_null(to, "conversation_id", body.conversation);
  append_id_or_null(to, "message_id", body.message);
  to.text_or_null("about_user_id", body.about.value);
}

// ---- content, one overload a kind

void append_mentions(JsonMembers& to, const std::vector<Mention>& mentions) {
  to.name("mentions");
  to.out += '[';
  for (const auto& mention : mentions) {
    if (to.out.back() != '[') to.out += ',';
    to.begin();
    to.text("user_id", mention.user.value);
    to.number("offset", mention.offset);
    to.number("length", mention.length);
    to.flag("counts", mention.counts);
    to.end();
  }
  to.out += ']';
}

void append_attachments(JsonMembers& to, const std::vector<Attachment>& attachments) {
  to.name("attachments");
  to.out += '[';
  for (const auto& attachment : attachments) {
    if (to.out.back() != '[') to.out += ',';
    to.begin();
    to.id("id", attachment.file);
    to.text("media_type", attachment.media_type);
    to.text("name", attachment.name);
    to.number("size", attachment.size);
    to.end();
  }
  to.out += ']';
}

void content_of(JsonMembers& to, const ConversationContent& content) {
  to.text_or_null("title", content.title);
  to.json("metadata", content.metadata);
}
void content_of(JsonMembers& to, const MessageContent& content) {
  to.text("text", content.text);
  to.json("metadata", content.metadata);
  append_mentions(to, content.mentions);
  append_attachments(to, content.attachments);
}
void content_of(JsonMembers& to, const ReactionContent& content) { to.text("emoji", content.emoji); }
void content_of(JsonMembers& to, const ProfileContent& content) {
  to.text_or_null("display_name", content.display_name);
  to.text_or_null("avatar", content.avatar);
  to.json("metadata", content.metadata);
}
void content_of(JsonMembers& to, const FileContent& content) {
  to.text("name", content.name);
  to.text("media_type", content.media_type);
}

void content_of(JsonMembers& to, const ReasonContent& content) { to.text("reason", content.reason); }
void content_of(JsonMembers& to, const QueryContent& content) { to.text("query", content.query); }

template <class Content>
void append_content(JsonMembers& to, const std::optional<Content>& content) {
  if (!content) return to.json("content", "");
  to.name("content");
  to.begin();
  content_of(to, *content);
  to.end();
}
}  // namespace

void append_body_json(JsonMembers& members, const EventBody& body, std::uint32_t epoch) {
  const auto append = [&](const auto& event) {
    members.begin();
    facts_of(members, event, epoch);
    members.end();
    if constexpr (requires { event.content; }) append_content(members, event.content);
  };
  std::visit(append, body);
}

}  // namespace hansard::engine
