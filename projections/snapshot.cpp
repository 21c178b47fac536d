#include "engine/base/check.h"
#include "projections/chat_past.h"
#include "projections/chat_snapshot.h"
#include "projections/keys.h"
#include "projections/unread.h"

namespace hansard::projections {

RowCursor& ChatSnapshot::cursor() const {
  if (!cursor_) cursor_ = rows_->cursor();
  return *cursor_;
}

std::unique_ptr<Past> ChatSnapshot::past(Position at) const {
  CHECK(at <= position(), at.value, position().value);
  return std::make_unique<ChatPast>(rows_, at);
}

ConversationView ChatSnapshot::show(const ConversationId& id, const ConversationRow& row) const {
  ConversationView view;
  view.id = id;
  view.type = row.type;
  view.settings = row.settings;
  view.created_at = row.created_at;
  view.version = row.version;
  view.settings_version = row.settings_version;
  view.closed = bool(row.closed);
  view.member_count = row.member_count;
  view.last_ordinal = row.last_ordinal;
  view.last_message_position = row.last_message;
  if (auto about = this->row<AboutRow>(about_key(id))) {
    view.title = std::move(about->title);
    view.metadata = std::move(about->metadata);
    view.external_id = std::move(about->external_id);
    view.created_by = std::move(about->created_by);
  }
  return view;
}

std::optional<ConversationView> ChatSnapshot::conversation(const ConversationId& id) const {
  auto row = this->row<ConversationRow>(conversation_key(id));
  if (!row) return std::nullopt;
  return show(id, *row);
}

std::optional<MemberView> ChatSnapshot::member(const ConversationId& id, const UserId& user) const {
  auto row = this->row<MemberRow>(member_key(id, user));
  if (!row) return std::nullopt;
  return MemberView{user, row->role, row->joined_at, row->joined_after};
}

std::optional<ReaderRow> ChatSnapshot::present_reader(const ConversationId& id, const UserId& user) const {
  auto row = this->row<ReaderRow>(reader_key(user, id));
  if (!row || !row->member) return std::nullopt;
  return row;
}

ReaderView ChatSnapshot::reader(const ConversationId& id, const UserId& user) const {
  auto row = present_reader(id, user);
  return row ? row->reader : ReaderView{};
}

std::vector<MemberView> ChatSnapshot::members(const ConversationId& id, const UserId& after, std::size_t limit) const {
  std::vector<MemberView> members;
  Key prefix = members_prefix(id);
  RowCursor& at = cursor();
  at.seek(after.value.empty() ? prefix : Key(prefix).raw(after.value).raw("\x01"));
  for (; members.size() < limit && at.at(prefix); at.next()) {
    auto row = decoded<MemberRow>(at);
    members.push_back({{std::string(user_of_member_key(at.key()))}, row.role, row.joined_at, row.joined_after});
  }
  return members;
}

namespace {
Ordinal base_of(const ConversationRow& row, const ReaderRow& reader) {
  return unread::base_of(reader.reader, domain::hidden_through(row.settings, reader.joined_after));
}
}  // namespace

UnreadCount ChatSnapshot::count_unread(const ConversationId& id, const UserId& user, const ConversationRow& row,
                                       const ReaderRow& reader) const {
  const Ordinal base = base_of(row, reader);
  UnreadMemo::Subject subject{id, user, row.head, base};
  if (auto known = memo_->find(subject)) return *known;
  UnreadCount count = unread::count(*rows_, cursor(), {id, user, row, base});
  memo_->keep(subject, count);
  return count;
}

UnreadCount ChatSnapshot::unread(const ConversationId& id, const UserId& user) const {
  auto reader = present_reader(id, user);
  auto row = this->row<ConversationRow>(conversation_key(id));
  return reader && row ? count_unread(id, user, *row, *reader) : UnreadCount{};
}

Explain ChatSnapshot::explain(const ConversationId& id, const UserId& user, std::size_t ordinals_max) const {
  Explain explain;
  auto reader = present_reader(id, user);
  auto row = this->row<ConversationRow>(conversation_key(id));
  if (!reader || !row) return explain;
  explain.read_up_to = reader->reader.read_up_to;
  explain.marked_from = reader->reader.marked_from;
  explain.unread = count_unread(id, user, *row, *reader).unread;
  explain.ordinals = unread::list(*rows_, {id, user, *row, base_of(*row, *reader)}, ordinals_max);
  explain.truncated = explain.ordinals.size() < explain.unread;
  return explain;
}

std::vector<std::pair<ConversationId, ReaderRow>> ChatSnapshot::reader_rows(const UserId& user) const {
  std::vector<std::pair<ConversationId, ReaderRow>> rows;
  Key prefix = readers_prefix(user);
  RowCursor& at = cursor();
  for (at.seek(prefix); at.at(prefix); at.next()) {
    rows.emplace_back(conversation_of_reader_key(at.key()), decoded<ReaderRow>(at));
  }
  return rows;
}

std::vector<Membership> ChatSnapshot::memberships(const UserId& user) const {
  std::vector<Membership> memberships;
  for (auto& [id, reader] : reader_rows(user)) {
    auto row = this->row<ConversationRow>(conversation_key(id));
    if (!row || !reader.changed) continue;
    memberships.push_back({id, reader.member, reader.changed, row->head, row->receipts, reader.joined_after,
                           row->member_count, row->settings.history == domain::History::from_join});
  }
  return memberships;
}

std::vector<StreamEntry> ChatSnapshot::stream(const base::StreamId& stream, Position after, std::size_t limit) const {
  std::vector<StreamEntry> entries;
  RowCursor& at = cursor();
  std::string prefix = "S" + std::string(stream.view());
  for (at.seek(stream_key(stream, after.next())); entries.size() < limit && at.at(prefix); at.next()) {
    auto row = decoded<StreamRow>(at);
    entries.push_back({position_of_stream_key(at.key()), row.version, row.type, row.ordinal});
  }
  return entries;
}

}  // namespace hansard::projections
