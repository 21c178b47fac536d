#include "projections/conversation.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "projections/erasing.h"
#include "projections/files.h"
#include "projections/past_fold.h"
#include "projections/retention.h"
#include "projections/row_bytes.h"
#include "projections/schedule.h"
#include "projections/standing.h"
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
  past::note_place(folding, id, entry.user, row);
  ++folding.conversation.member_count;
}

void insert_message(Folding& folding, const MessageRowParts& message) {
  std::string& bytes = row_scratch();
  encode_message(message, bytes);
  folding.rows.insert(newest_key(message.facts.conversation, message.facts.ordinal), bytes);
}

// The version before keeps its bytes, under its own number.
void replace_message(Folding& folding, const MessageRowParts& message) {
  Key newest = newest_key(message.facts.conversation, message.facts.ordinal);
  std::string bytes;
  auto before = folding.rows.get(newest, bytes);
  CHECK(before.has_value(), message.facts.ordinal.value);
  bytes.assign(*before);
  folding.rows.insert(message_key(message.facts.conversation, message.facts.ordinal, folding.message->version), bytes);
  bytes.clear();
  encode_message(message, bytes);
  folding.rows.put(newest, bytes);
}

// The message is no longer live and counts for nobody.
void depart(Folding& folding, const domain::MessageFacts& facts, const MessageIdRow& row) {
  Ordinal& highest = folding.conversation.departed_up_to;
  highest = std::max(highest, facts.ordinal);
  standing::remove_reply(folding, facts);
  standing::drop_reactions(folding, facts);
  files::detach(folding, facts, row.files, row.status);
  retention::note_departed(folding, facts);
}
}  // namespace

void fold(Folding& folding, const domain::ConversationCreated& body) {
  ConversationRow& row = folding.conversation;
  row.type = body.type;
  row.settings = body.settings;
  row.created_at = folding.event.time;
  row.created = row.last_message = row.about_since = folding.event.position;
  row.settings_version = folding.event.version;
  write_about(folding, body.conversation, AboutRow{body.created_by, body.external_id, "", ""}, body.content);
  for (const domain::MemberEntry& entry : body.members) join(folding, body.conversation, entry, {});
}

void fold(Folding& folding, const domain::ConversationUpdated& body) {
  AboutRow about = row_at<AboutRow>(folding, about_key(body.conversation)).value_or(AboutRow{});
  past::keep_about(folding, body.conversation, about);
  std::uint32_t retention_before_s = std::exchange(folding.conversation.settings, body.settings).retention_s;
  folding.conversation.settings_version = folding.event.version;
  write_about(folding, body.conversation, std::move(about), body.content);
  retention::note_settings(folding, body.conversation, retention_before_s);
}

void fold(Folding& folding, const domain::ConversationClosed&) {
  if (!folding.conversation.closed) folding.conversation.closed = folding.event.position;
}

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
  past::note_place(folding, body.conversation, body.user, *row);
  folding.rows.erase(member_key(body.conversation, body.user));
  --folding.conversation.member_count;
}

void fold(Folding& folding, const domain::MemberRoleChanged& body) {
  Key key = reader_key(body.user, body.conversation);
  auto row = row_at<ReaderRow>(folding, key);
  if (!row || !row->member) return;
  row->role = body.role;
  put_row(folding, key, *row);
  past::note_place(folding, body.conversation, body.user, *row);
  put_row(folding, member_key(body.conversation, body.user), MemberRow{row->role, row->joined_at, row->joined_after});
}

void fold(Folding& folding, const domain::MessageSent& body) {
  const domain::MessageFacts& facts = body.facts;
  const domain::MessageContent* content = body.content ? &*body.content : nullptr;
  insert_message(folding, {facts, content, folding.event.version, folding.event.position, {}, {}, false, !content});
  MessageIdRow row{facts.conversation,          facts.ordinal, folding.event.version,
                   domain::MessageStatus::live, std::nullopt,  unread::counted_mentions(facts, body.content),
                   files::distinct(body.files)};
  insert_row(folding, message_id_key(facts.message), row);
  folding.conversation.last_ordinal = facts.ordinal;
  folding.conversation.last_message = folding.event.position;
  if (body.was_scheduled) schedule::end(folding, facts.message);
  files::attach(folding, facts, row.files);
  standing::add_reply(folding, facts);
  retention::note_sent(folding, facts);
}

void fold(Folding& folding, const domain::MessageEdited& body) {
  MessageIdRow row = *folding.message;
  const bool live = row.status == domain::MessageStatus::live;
  const domain::MessageContent* content = live && body.content ? &*body.content : nullptr;
  row.version = folding.event.version;
  row.edited_at = folding.event.time;
  row.mentioned = live ? unread::counted_mentions(body.facts, body.content) : std::vector<UserId>{};
  replace_message(folding,
                  {body.facts, content, row.version, folding.event.position, row.edited_at, {}, false, !content});
  put_row(folding, message_id_key(body.facts.message), row);
}

namespace {
bool lacks_content(const Folding& folding, const domain::MessageFacts& facts) {
  const auto now = row_at<MessageRow>(folding, newest_key(facts.conversation, facts.ordinal));
  return now && now->view.erased;
}

// Deleted or expired: the message stays, as a tombstone.
void fold_gone(Folding& folding, const domain::MessageFacts& facts, domain::MessageStatus status) {
  MessageIdRow row = *folding.message;
  const bool erased = lacks_content(folding, facts);
  if (row.status == domain::MessageStatus::live) {
    row.status = status;
    depart(folding, facts, row);
  }
  row.version = folding.event.version;
  row.mentioned.clear();
  replace_message(folding, {facts, nullptr, row.version, folding.event.position, row.edited_at, folding.event.time,
                            row.status == domain::MessageStatus::expired, erased});
  put_row(folding, message_id_key(facts.message), row);
}
}  // namespace

void fold(Folding& folding, const domain::MessageDeleted& body) {
  fold_gone(folding, body.facts, domain::MessageStatus::deleted);
}

void fold(Folding& folding, const domain::MessageExpired& body) {
  fold_gone(folding, body.facts, domain::MessageStatus::expired);
}

void fold(Folding& folding, const domain::MessageErased& body) {
  MessageIdRow row = *folding.message;
  if (row.status == domain::MessageStatus::live) {
    row.status = domain::MessageStatus::erased;
    depart(folding, body.facts, row);
  } else if (row.status == domain::MessageStatus::deleted) {
    files::detach(folding, body.facts, row.files, domain::MessageStatus::erased);
  }
  row.status = domain::MessageStatus::erased;
  row.version = folding.event.version;
  row.mentioned.clear();
  replace_message(folding, {body.facts, nullptr, row.version, folding.event.position, row.edited_at, folding.event.time,
                            false, true});
  put_row(folding, message_id_key(body.facts.message), row);
  erasing::forget_message(folding, body.facts);
  erasing::count_erased(folding, body.erasure);
}

void fold(Folding& folding, const domain::ConversationErased& body) {
  AboutRow about = row_at<AboutRow>(folding, about_key(body.conversation)).value_or(AboutRow{});
  write_about(folding, body.conversation, std::move(about), std::nullopt);
  past::erase_about(folding, body.conversation);
  if (!folding.conversation.closed) folding.conversation.closed = folding.event.position;
}

void fold_stream(Folding& folding, Ordinal ordinal) {
  const domain::RecordedEvent& event = folding.event;
  auto type = event.body ? domain::type_of(*event.body) : static_cast<domain::EventType>(event.raw_type);
  bool own = folding.conversation.head == event.position;
  StreamRow row{event.version, type, ordinal, {}, 0};
  if (own) {
    row.last_message = folding.conversation.last_message;
    row.member_count = folding.conversation.member_count;
  }
  std::string& bytes = row_scratch();
  row.encode(bytes);
  folding.rows.append(stream_key(event.stream, event.position), bytes);
}

}  // namespace hansard::projections::conversation
