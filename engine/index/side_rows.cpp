// The tables of the write index that few commands ask for: reactions, blocks, files, scheduled messages, users.
#include <utility>

#include "engine/base/check.h"
#include "engine/index/write_index.h"

namespace hansard::index {

namespace {
SideKey key_of(Table table, const MessageId& id) { return row_key(table, id.bytes); }
SideKey key_of(Table table, const UserId& user) { return row_key(table, base::stream_of_user(user).bytes); }
SideKey block_key(const UserId& user, const UserId& other) {
  return row_key(Table::blocks, base::stream_of_user(user).bytes, other);
}

template <class Row>
std::optional<Row> parsed(const std::optional<std::string>& bytes) {
  if (!bytes) return std::nullopt;
  Row row;
  CHECK(parse_row(*bytes, row), "a row of the write index is not what it should be; remove the index folder");
  return row;
}

// An empty list is no row.
template <class Item>
std::optional<std::string> list_bytes(const std::vector<Item>& items) {
  return items.empty() ? std::nullopt : std::optional(row_bytes(items));
}
}  // namespace

std::vector<domain::EmojiCount> WriteIndex::reactions(const MessageId& id) const {
  return parsed<std::vector<domain::EmojiCount>>(side(key_of(Table::reactions, id)))
      .value_or(std::vector<domain::EmojiCount>{});
}

std::vector<std::string> WriteIndex::reactions_by(const MessageId& id, const UserId& user) const {
  return parsed<std::vector<std::string>>(side(row_key(Table::reactors, id.bytes, user)))
      .value_or(std::vector<std::string>{});
}

bool WriteIndex::blocks(const UserId& user, const UserId& other) const {
  return side(block_key(user, other)).has_value();
}

std::optional<domain::FileState> WriteIndex::file(const base::FileId& id) const {
  return parsed<domain::FileState>(side(row_key(Table::files, id.bytes)));
}

std::optional<domain::ScheduledState> WriteIndex::scheduled(const MessageId& id) const {
  return parsed<domain::ScheduledState>(side(key_of(Table::scheduled, id)));
}

domain::UserState WriteIndex::user(const UserId& id) const {
  return parsed<domain::UserState>(side(key_of(Table::users, id))).value_or(domain::UserState{});
}

void WriteIndex::put_reactions(const MessageId& id, std::vector<domain::EmojiCount> counts) {
  put_side(key_of(Table::reactions, id), list_bytes(counts));
}

void WriteIndex::put_reactions_by(const MessageId& id, const UserId& user, std::vector<std::string> emojis) {
  put_side(row_key(Table::reactors, id.bytes, user), list_bytes(emojis));
}

void WriteIndex::put_block(const UserId& user, const UserId& other, bool blocked) {
  put_side(block_key(user, other), blocked ? std::optional<std::string>("1") : std::nullopt);
}

void WriteIndex::put_file(const base::FileId& id, domain::FileState state) {
  put_side(row_key(Table::files, id.bytes), row_bytes(state));
}

void WriteIndex::put_scheduled(const MessageId& id, std::optional<domain::ScheduledState> state) {
  put_side(key_of(Table::scheduled, id), state ? std::optional(row_bytes(*state)) : std::nullopt);
}

void WriteIndex::put_user(const UserId& id, domain::UserState state) {
  put_side(key_of(Table::users, id), row_bytes(state));
}

}  // namespace hansard::index
