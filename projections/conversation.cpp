#include "projections/conversation.h"

#include <algorithm>

#include "projections/unread.h"

namespace hansard::projections::conversation {

namespace {
void write_about(Folding& folding, const ConversationId& id, AboutRow about,
                 const std::optional<domain::ConversationContent>& content) {
  about.title = content ? content->title : "";
  about.metadata = content ? content->metadata : "";
  put_row(folding, about_key(id), about);
}

void join(Folding& folding, const ConversationId& id, const domain::MemberEntry& entry, Ordinal joined_after) {
  Key key = reader_key(entry.user, id);
  ReaderRow row = row_at<ReaderRow>(folding, key).value_or(ReaderRow{});
  if (row.member) return;
  row.member = true;
  row.role = entry.role;
  row.joined_at = folding.event.time;
  row.joined_after = joined_after;
  row.changed = folding.event.position;
  put_row(folding, key, row);
  put_row(folding, member_key(id, entry.user), MemberRow{row.role, row.joined_at, row.joined_after});
  ++folding.conversation.member_count;
}

void count_reply(Folding& folding, const domain::MessageFacts& facts, int change) {
  if (!facts.reply_to) return;
  Key key = live_replies_key(facts.conversation, facts.reply_to_ordinal);
  CountRow replies = row_at<CountRow>(folding, key).value_or(CountRow{});
  if (change < 0 && replies.count == 0) return;
  replies.count = change > 0 ? replies.count + 1 : replies.count - 1;
  if (replies.count == 0) {
    folding.rows.erase(key);
  } else {
    put_row(folding, key, replies);
  }
}

void insert_version(Folding& folding, const MessageRowParts& message) {
  std::string bytes;
  encode_message(message, bytes);
  folding.rows.insert(message_key(message.facts.conversation, message.facts.ordinal, folding.event.version), bytes);
}

// The message no longer counts for anybody.
void depart(Folding& folding, const domain::MessageFacts& facts) {
  Ordinal& highest = folding.conversation.departed_up_to;
  highest = std::max(highest, facts.ordinal);
  count_reply(folding, facts, -1);
}
}  // namespace

void fold(Folding& folding, const domain::ConversationCreated& body) {
  ConversationRow& row = folding.conversation;
  row.type = body.type;
  row.settings = body.settings;
  row.created_at = folding.event.time;
  row.created = row.last_message = folding.event.position;
  row.settings_version = folding.event.version;
  write_about(folding, body.conversation, AboutRow{body.created_by, body.external_id, "", ""}, body.content);
  for (const domain::MemberEntry& entry : body.members) join(folding, body.conversation, entry, {});
}

void fold(Folding& folding, const domain::ConversationUpdated& body) {
  folding.conversation.settings = body.settings;
  folding.conversation.settings_version = folding.event.version;
  AboutRow about = row_at<AboutRow>(folding, about_key(body.conversation)).value_or(AboutRow{});
  write_about(folding, body.conversation, std::move(about), body.content);
}

void fold(Folding& folding, const domain::ConversationClosed&) { folding.conversation.closed = true; }

void fold(Folding& folding, const domain::MemberAdded& body) {
  for (const domain::MemberEntry& entry : body.members) join(folding, body.conversation, entry, body.last_ordinal);
}

void fold(Folding& folding, const domain::MemberRemoved& body) {
  Key key = reader_key(body.user, body.conversation);
  auto row = row_at<ReaderRow>(folding, key);
  if (!row || !row->member) return;
  row->member = false;
  row->changed = folding.event.position;
  put_row(folding, key, *row);
  folding.rows.erase(member_key(body.conversation, body.user));
  --folding.conversation.member_count;
}

void fold(Folding& folding, const domain::MemberRoleChanged& body) {
  Key key = reader_key(body.user, body.conversation);
  auto row = row_at<ReaderRow>(folding, key);
  if (!row || !row->member) return;
  row->role = body.role;
  put_row(folding, key, *row);
  put_row(folding, member_key(body.conversation, body.user), MemberRow{row->role, row->joined_at, row->joined_after});
}

void fold(Folding& folding, const domain::MessageSent& body) {
  const domain::MessageFacts& facts = body.facts;
  bool erased = !body.content;
  insert_version(folding, {facts, body.content ? &*body.content : nullptr, folding.event.position, {}, {}, erased});
  insert_row(folding, message_id_key(facts.message),
             MessageIdRow{facts.conversation, facts.ordinal, folding.event.version,
                          erased ? domain::MessageStatus::erased : domain::MessageStatus::live, std::nullopt,
                          unread::counted_mentions(facts, body.content)});
  if (facts.reply_to) folding.rows.insert(thread_key(facts.conversation, facts.reply_to_ordinal, facts.ordinal), "");
  count_reply(folding, facts, 1);
  folding.conversation.last_ordinal = facts.ordinal;
  folding.conversation.last_message = folding.event.position;
  if (erased) depart(folding, facts);
}

void fold(Folding& folding, const domain::MessageEdited& body) {
  MessageIdRow row = *folding.message;
  bool was_live = row.status == domain::MessageStatus::live;
  if (was_live && !body.content) {
    row.status = domain::MessageStatus::erased;
    depart(folding, body.facts);
  }
  bool live = row.status == domain::MessageStatus::live;
  row.version = folding.event.version;
  row.edited_at = folding.event.time;
  row.mentioned = live ? unread::counted_mentions(body.facts, body.content) : std::vector<UserId>{};
  insert_version(folding, {body.facts,
                           live ? &*body.content : nullptr,
                           folding.event.position,
                           row.edited_at,
                           {},
                           row.status == domain::MessageStatus::erased});
  put_row(folding, message_id_key(body.facts.message), row);
}

namespace {
// Deleted or expired: the message stays, as a tombstone.
void fold_gone(Folding& folding, const domain::MessageFacts& facts, domain::MessageStatus status) {
  MessageIdRow row = *folding.message;
  if (row.status == domain::MessageStatus::live) {
    row.status = status;
    depart(folding, facts);
  }
  row.version = folding.event.version;
  row.mentioned.clear();
  insert_version(folding, {facts, nullptr, folding.event.position, row.edited_at, folding.event.time,
                           row.status == domain::MessageStatus::erased});
  put_row(folding, message_id_key(facts.message), row);
}
}  // namespace

void fold(Folding& folding, const domain::MessageDeleted& body) {
  fold_gone(folding, body.facts, domain::MessageStatus::deleted);
}

void fold(Folding& folding, const domain::MessageExpired& body) {
  fold_gone(folding, body.facts, domain::MessageStatus::expired);
}

void fold_stream(Folding& folding, Ordinal ordinal) {
  const domain::RecordedEvent& event = folding.event;
  auto type = event.body ? domain::type_of(*event.body) : static_cast<domain::EventType>(event.raw_type);
  bool own = folding.conversation.head == event.position;
  insert_row(folding, stream_key(event.stream, event.position),
             StreamRow{event.version, type, ordinal, own ? folding.conversation.last_message : Position{}});
}

}  // namespace hansard::projections::conversation
