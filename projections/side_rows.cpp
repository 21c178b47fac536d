#include "projections/side_rows.h"

#include "projections/row_bytes.h"
#include "projections/rows.h"

namespace hansard::projections {

void StandingRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  w.varint(replies).varint(replies_ever).varint(reactions_ever).varint(last_reply.value).varint(last_reaction.value);
  w.varint(reactions.size());
  for (const domain::EmojiCount& reaction : reactions) w.text(reaction.emoji).varint(reaction.count);
}

bool StandingRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  replies = in.varint();
  replies_ever = in.varint();
  reactions_ever = in.varint();
  last_reply.value = in.varint();
  last_reaction.value = in.varint();
  reactions.resize(in.count());
  for (domain::EmojiCount& reaction : reactions) {
    reaction.emoji = in.text();
    reaction.count = in.varint32();
  }
  return in.finished();
}

void EmojisRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  w.varint(emojis.size());
  for (const std::string& emoji : emojis) w.text(emoji);
}

bool EmojisRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  emojis.resize(in.count());
  for (std::string& emoji : emojis) emoji = in.text();
  return in.finished();
}

void ProfileRow::encode(std::string& out) const {
  begin_row(out).text(profile.display_name).text(profile.avatar).text(profile.metadata).fixed(profile.updated_at.ms);
}

bool ProfileRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  profile.display_name = in.text();
  profile.avatar = in.text();
  profile.metadata = in.text();
  profile.updated_at.ms = in.fixed<std::int64_t>();
  return in.finished();
}

void TimeRow::encode(std::string& out) const { begin_row(out).fixed(at.ms); }

bool TimeRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  at.ms = in.fixed<std::int64_t>();
  return in.finished();
}

void UserRow::encode(std::string& out) const { begin_row(out).text(user.value); }

bool UserRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  user.value = in.text();
  return in.finished();
}

void ScheduledRow::encode(std::string& out) const {
  {
    RowWriter w = begin_row(out);
    w.raw(message.facts.conversation.view()).fixed(message.send_at.ms).varint(files.size());
    for (const FileId& file : files) w.raw(file.view());
  }
  const domain::MessageContent* content = message.content ? &*message.content : nullptr;
  encode_message({message.facts, content, {}, message.position, {}, {}, false, content == nullptr}, out);
}

bool ScheduledRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  message.facts.conversation = in.id<ConversationId>();
  message.send_at.ms = in.fixed<std::int64_t>();
  files.resize(in.count());
  for (FileId& file : files) file = in.id<FileId>();
  MessageView draft;
  if (!decode_message(in.rest(), draft)) return false;
  draft.facts.conversation = message.facts.conversation;
  message.facts = std::move(draft.facts);
  message.content = std::move(draft.content);
  message.position = draft.position;
  return in.finished();
}

std::optional<Timestamp> FileRow::collectable_at() const {
  if (file.collected || carriers > 0) return std::nullopt;
  return was_attached ? Timestamp{} : file.uploaded_at;
}

void FileRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  w.text(file.owner.value).raw(base::view_of(file.sha256)).varint(file.size).text(file.name).text(file.media_type);
  w.fixed(file.uploaded_at.ms).byte(file.collected).byte(was_attached).varint(carriers);
}

bool FileRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  file.owner.value = in.text();
  file.sha256 = in.fixed<base::Digest>();
  file.size = in.varint();
  file.name = in.text();
  file.media_type = in.text();
  file.uploaded_at.ms = in.fixed<std::int64_t>();
  file.collected = in.byte() != 0;
  was_attached = in.byte() != 0;
  carriers = in.varint();
  return in.finished();
}

}  // namespace hansard::projections
