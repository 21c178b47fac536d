#include "projections/rows.h"

#include "projections/row_bytes.h"
#include "projections/row_parts.h"

namespace hansard::projections {

void ConversationRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  w.byte(static_cast<std::uint8_t>(type)).varint(closed.value).fixed(created_at.ms).varint(created.value);
  w.varint(version.value).varint(settings_version.value).varint(member_count).varint(last_ordinal.value);
  w.varint(last_message.value).varint(head.value).varint(receipts.value).varint(departed_up_to.value);
  write_settings(w, settings);
  w.varint(about_since.value).varint(oldest_expiring.value);
  if (oldest_expiring) w.fixed(expires_at.ms);
}

bool ConversationRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  type = in.choice(domain::ConversationType::ride);
  closed.value = in.varint();
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
  about_since.value = in.varint();
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
  w.varint(changed.value);
  write_reader(w, reader);
}

bool ReaderRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  member = in.byte() != 0;
  role = in.choice(domain::Role::read_only);
  joined_at.ms = in.fixed<std::int64_t>();
  joined_after.value = in.varint();
  changed.value = in.varint();
  read_reader(in, reader);
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
      .varint(last_message.value)
      .varint(member_count);
}

bool StreamRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  version.value = in.varint();
  type = static_cast<domain::EventType>(in.varint());
  ordinal.value = in.varint();
  last_message.value = in.varint();
  member_count = in.varint32();
  return in.finished();
}

}  // namespace hansard::projections
