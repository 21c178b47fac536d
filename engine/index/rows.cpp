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
}

void fields(auto& archive, RowOf<MemberState> auto& row) {
  archive(row.role);
  archive(row.joined_after);
  archive(row.last_sent);
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

template <class Row>
std::string write(const Row& row) {
  std::string out;
  RowWriter writer(out);
  fields(writer, row);
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

std::string row_key(Table table, const ConversationId& conversation, const UserId& user) {
  std::string key;
  key.reserve(1 + conversation.bytes.size() + 1 + user.value.size());
  append_row_key(table, conversation.bytes, key);
  key.push_back(static_cast<char>(user.value.size()));
  key.append(user.value);
  return key;
}

std::string row_bytes(const ConversationState& row) { return write(row); }
std::string row_bytes(const MemberState& row) { return write(row); }
std::string row_bytes(const MessageState& row) { return write(row); }
std::string row_bytes(const ReaderState& row) { return write(row); }
std::string row_bytes(const Version& row) { return write(row); }
std::string row_bytes(const CommandRow& row) { return write(row); }
std::string row_bytes(const Checkpoint& row) { return write(row); }

bool parse_row(std::string_view bytes, ConversationState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, MemberState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, MessageState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, ReaderState& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, Version& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, CommandRow& row) { return read(bytes, row); }
bool parse_row(std::string_view bytes, Checkpoint& row) { return read(bytes, row); }

}  // namespace hansard::index
