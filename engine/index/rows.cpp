#include "engine/index/rows.h"

namespace hansard::index {

namespace {
template <class Row, class Wanted>
concept RowOf = std::is_same_v<std::remove_const_t<Row>, Wanted>;

// One list of fields per row, walked by the writer and by the reader.
void fields(auto& archive, RowOf<domain::Settings> auto& row) {
  archive(row.history);
  archive(row.edit_history);
  archive(row.delete_window_s);
  archive(row.edit_window_s);
  archive(row.who_may_post);
  archive(row.slow_mode_s);
  archive(row.retention_s);
}

void fields(auto& archive, RowOf<ConversationState> auto& row) {
  archive(row.type);
  archive(row.closed);
  archive(row.created_by);
  archive(row.version);
  archive(row.settings_version);
  archive(row.last_ordinal);
  archive(row.member_count);
  fields(archive, row.settings);
  archive(row.content_position);
  archive(row.peer);
  archive(row.erased);
}

void fields(auto& archive, RowOf<MemberState> auto& row) {
  archive(row.role);
  archive(row.joined_after);
}

void fields(auto& archive, RowOf<domain::ForwardedFrom> auto& row) {
  archive(row.message);
  archive(row.conversation);
  archive(row.sender);
  archive(row.created_at);
}

void provenance(RowWriter& writer, const std::optional<domain::ForwardedFrom>& from) {
  writer(from.has_value());
  if (from) fields(writer, *from);
}

void provenance(RowReader& reader, std::optional<domain::ForwardedFrom>& from) {
  bool there = false;
  reader(there);
  if (there) fields(reader, from.emplace());
}

void fields(auto& archive, RowOf<domain::MessageFacts> auto& row) {
  archive(row.conversation);
  archive(row.message);
  archive(row.ordinal);
  archive(row.author);
  archive(row.sender_type);
  archive(row.type);
  archive(row.reply_to);
  archive(row.reply_to_ordinal);
  archive(row.created_at);
  archive(row.sent_at);
  provenance(archive, row.forwarded_from);
}

void fields(auto& archive, RowOf<MessageState> auto& row) {
  fields(archive, row.facts);
  archive(row.status);
  archive(row.version);
  archive(row.sent_position);
  archive(row.position);
}

void fields(auto& archive, RowOf<ReaderState> auto& row) {
  archive(row.read_up_to);
  archive(row.delivered_up_to);
  archive(row.marked_from);
  archive(row.archived);
  archive(row.muted);
  archive(row.pinned);
  archive(row.last_sent);
}

void fields(auto& archive, RowOf<Version> auto& row) { archive(row); }

// `day` stays first: the expiry filter reads nothing else.
void fields(auto& archive, RowOf<CommandRow> auto& row) {
  archive(row.day);
  archive(row.fingerprint);
  archive(row.first);
  archive(row.events);
}

void fields(auto& archive, RowOf<Checkpoint> auto& row) {
  archive(row.position);
  archive(row.epoch);
}

void fields(auto& archive, RowOf<std::vector<domain::EmojiCount>> auto& row) {
  archive.list(row, [&](auto& each) {
    archive(each.emoji);
    archive(each.count);
  });
}

void fields(auto& archive, RowOf<std::vector<std::string>> auto& row) {
  archive.list(row, [&](auto& each) { archive(each); });
}

void fields(auto& archive, RowOf<domain::FileState> auto& row) {
  archive(row.owner);
  archive(row.size);
  archive(row.collected);
  archive(row.uploaded);
  archive(row.last_use);
}

void fields(auto& archive, RowOf<domain::ScheduledState> auto& row) {
  fields(archive, row.draft);
  archive(row.send_at);
  archive(row.scheduled);
  archive(row.status);
}

void fields(auto& archive, RowOf<domain::UserState> auto& row) {
  archive(row.scheduled);
  archive(row.profile);
}

void fields(auto& archive, RowOf<domain::ErasureState> auto& row) {
  archive(row.scope);
  archive(row.completed);
}

void fields(auto& archive, RowOf<domain::HoldState> auto& row) {
  archive(row.scope);
  archive(row.released);
}

void fields(auto& archive, RowOf<std::vector<base::HoldId>> auto& row) {
  archive.list(row, [&](auto& each) { archive(each); });
}

constexpr std::size_t kRowBytes = 127;  // of most, so that one allocation holds them

template <class Row>
std::string write(const Row& row) {
  std::string out;
  out.reserve(kRowBytes);
  {
    RowWriter writer(out);
    fields(writer, row);
  }
  return out;
}

template <class Row>
bool read(std::string_view bytes, Row& row) {
  RowReader reader(bytes);
  fields(reader, row);
  return reader.complete();
}

}  // namespace

std::uint32_t day_of(base::Timestamp time) {
  constexpr std::int64_t kDayMs = 86'400'000;
  return time.ms < 0 ? 0 : static_cast<std::uint32_t>(time.ms / kDayMs);
}

std::string checkpoint_key() { return std::string(1, static_cast<char>(Table::checkpoint)); }

void append_row_key(Table table, const std::array<std::uint8_t, 16>& id, std::string& out) {
  out.push_back(static_cast<char>(table));
  out.append(reinterpret_cast<const char*>(id.data()), id.size());
}

std::string row_key(Table table, const std::array<std::uint8_t, 16>& id) {
  std::string key;
  append_row_key(table, id, key);
  return key;
}

void append_row_key(Table table, const std::array<std::uint8_t, 16>& id, const UserId& user, std::string& out) {
  append_row_key(table, id, out);
  out.push_back(static_cast<char>(user.value.size()));
  out.append(user.value);
}

std::string row_key(Table table, const std::array<std::uint8_t, 16>& id, const UserId& user) {
  std::string key;
  key.reserve(1 + id.size() + 1 + user.value.size());
  append_row_key(table, id, user, key);
  return key;
}

std::string row_bytes(const ConversationState& row) { return write(row); }
std::string row_bytes(const MemberState& row) { return write(row); }
std::string row_bytes(const MessageState& row) { return write(row); }
std::string row_bytes(const ReaderState& row) { return write(row); }
std::string row_bytes(const Version& row) { return write(row); }
std::string row_bytes(const CommandRow& row) { return write(row); }
std::string row_bytes(const Checkpoint& row) { return write(row); }
std::string row_bytes(const std::vector<domain::EmojiCount>& row) { return write(row); }
std::string row_bytes(const std::vector<std::string>& row) { return write(row); }
std::string row_bytes(const domain::FileState& row) { return write(row); }
std::string row_bytes(const domain::ScheduledState& row) { return write(row); }
std::string row_bytes(const domain::UserState& row) { return write(row); }
std::string row_bytes(const domain::ErasureState& row) { return write(row); }
std::string row_bytes(const domain::HoldState& row) { return write(row); }
std::string row_bytes(const std::vector<base::HoldId>& row) { return write(row); }

bool parse_row(std::string_view bytes, ConversationState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, MemberState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, MessageState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, ReaderState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, Version& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, CommandRow& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, Checkpoint& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, std::vector<domain::EmojiCount>& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, std::vector<std::string>& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, domain::FileState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, domain::ScheduledState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, domain::UserState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, domain::ErasureState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, domain::HoldState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, std::vector<base::HoldId>& row) { return read(bytes, row); }

}  // namespace hansard::index
