#include "projections/rows.h"

#include "projections/row_bytes.h"

namespace hansard::projections {

namespace {
void write_time(RowWriter& out, const std::optional<Timestamp>& time) {
  out.byte(time.has_value());
  if (time) out.fixed(time->ms);
}
std::optional<Timestamp> read_time(RowReader& in) {
  if (in.byte() == 0) return std::nullopt;
  return Timestamp{in.fixed<std::int64_t>()};
}

void write_settings(RowWriter& out, const domain::Settings& s) {
  out.byte(static_cast<std::uint8_t>(s.history)).byte(s.edit_history).byte(static_cast<std::uint8_t>(s.who_may_post));
  out.byte(s.delete_window_s.has_value()).varint(s.delete_window_s.value_or(0));
  out.varint(s.edit_window_s).varint(s.slow_mode_s).varint(s.retention_s);
}
void read_settings(RowReader& in, domain::Settings& s) {
  s.history = in.choice(domain::History::from_join);
  s.edit_history = in.byte() != 0;
  s.who_may_post = in.choice(domain::WhoMayPost::admins);
  bool has_window = in.byte() != 0;
  std::uint32_t window = in.varint32();
  if (has_window) s.delete_window_s = window;
  s.edit_window_s = in.varint32();
  s.slow_mode_s = in.varint32();
  s.retention_s = in.varint32();
}
}  // namespace

void ConversationRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  w.byte(static_cast<std::uint8_t>(type)).byte(closed).fixed(created_at.ms).varint(created.value);
  w.varint(version.value).varint(settings_version.value).varint(member_count).varint(last_ordinal.value);
  w.varint(last_message.value).varint(head.value).varint(receipts.value).varint(departed_up_to.value);
  write_settings(w, settings);
  w.varint(oldest_expiring.value);
  if (oldest_expiring) w.fixed(expires_at.ms);
}

bool ConversationRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  type = in.choice(domain::ConversationType::ride);
  closed = in.byte() != 0;
  created_at.ms = in.fixed<std::int64_t>();
  created.value = in.varint();
  version.value = in.varint();
  settings_version.value = in.varint();
  member_count = in.varint32();
  last_ordinal.value = in.varint();
  last_message.value = in.varint();
  head.value = in.varint();
  receipts.value = in.varint();
  departed_up_to.value = in.varint();
  read_settings(in, settings);
  oldest_expiring.value = in.varint();
  if (oldest_expiring) expires_at.ms = in.fixed<std::int64_t>();
  return in.finished();
}

void AboutRow::encode(std::string& out) const {
  begin_row(out).text(created_by.value).text(external_id).text(title).text(metadata);
}

bool AboutRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  created_by.value = in.text();
  external_id = in.text();
  title = in.text();
  metadata = in.text();
  return in.finished();
}

void MessageIdRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  w.raw(conversation.view()).varint(ordinal.value).varint(version.value).byte(static_cast<std::uint8_t>(status));
  write_time(w, edited_at);
  w.varint(mentioned.size());
  for (const UserId& user : mentioned) w.text(user.value);
  w.varint(files.size());
  for (const FileId& file : files) w.raw(file.view());
}

bool MessageIdRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  conversation = in.id<ConversationId>();
  ordinal.value = in.varint();
  version.value = in.varint();
  status = in.choice(domain::MessageStatus::erased);
  edited_at = read_time(in);
  mentioned.resize(in.count());
  for (UserId& user : mentioned) user.value = in.text();
  files.resize(in.count());
  for (FileId& file : files) file = in.id<FileId>();
  return in.finished();
}

void MemberRow::encode(std::string& out) const {
  begin_row(out).byte(static_cast<std::uint8_t>(role)).fixed(joined_at.ms).varint(joined_after.value);
}

bool MemberRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  role = in.choice(domain::Role::read_only);
  joined_at.ms = in.fixed<std::int64_t>();
  joined_after.value = in.varint();
  return in.finished();
}

void ReaderRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  w.byte(member).byte(static_cast<std::uint8_t>(role)).fixed(joined_at.ms).varint(joined_after.value);
  w.varint(changed.value).varint(reader.read_up_to.value).varint(reader.delivered_up_to.value);
  w.byte(reader.marked_from.has_value()).varint(reader.marked_from.value_or(Ordinal{}).value);
  write_time(w, reader.read_at);
  write_time(w, reader.delivered_at);
  w.varint(reader.read_position.value).varint(reader.delivered_position.value);
  w.byte(reader.archived).byte(reader.muted).byte(reader.pinned);
}

bool ReaderRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  member = in.byte() != 0;
  role = in.choice(domain::Role::read_only);
  joined_at.ms = in.fixed<std::int64_t>();
  joined_after.value = in.varint();
  changed.value = in.varint();
  reader.read_up_to.value = in.varint();
  reader.delivered_up_to.value = in.varint();
  bool is_marked = in.byte() != 0;
  std::uint64_t from = in.varint();
  if (is_marked) reader.marked_from = Ordinal{from};
  reader.read_at = read_time(in);
  reader.delivered_at = read_time(in);
  reader.read_position.value = in.varint();
  reader.delivered_position.value = in.varint();
  reader.archived = in.byte() != 0;
  reader.muted = in.byte() != 0;
  reader.pinned = in.byte() != 0;
  return in.finished();
}

void OrdinalRow::encode(std::string& out) const { begin_row(out).varint(ordinal.value); }

bool OrdinalRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  ordinal.value = in.varint();
  return in.finished();
}

void StreamRow::encode(std::string& out) const {
  begin_row(out)
      .varint(version.value)
      .varint(static_cast<std::uint16_t>(type))
      .varint(ordinal.value)
      .varint(last_message.value);
}

bool StreamRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  version.value = in.varint();
  type = static_cast<domain::EventType>(in.varint());
  ordinal.value = in.varint();
  last_message.value = in.varint();
  return in.finished();
}

}  // namespace hansard::projections
