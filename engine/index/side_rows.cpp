// The tables of the write index that few commands ask for: reactions, blocks, files, scheduled messages, users,
// erasures and holds.
#include <set>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/domain/streams.h"
#include "engine/index/write_index.h"

namespace hansard::index {

namespace {
SideKey key_of(Table table, const MessageId& id) { return row_key(table, id.bytes); }
SideKey key_of(Table table, const UserId& user) { return row_key(table, base::stream_of_user(user).bytes); }
SideKey block_key(const UserId& user, const UserId& other) {
  return row_key(Table::blocks, base::stream_of_user(user).bytes, other);
}

// A conversation may have the id of a user's stream, so users are put where no client makes ids.
SideKey held_key(const domain::HoldScope& scope) {
  if (const auto* user = std::get_if<UserId>(&scope)) {
    return row_key(Table::held, domain::stream_aside(base::stream_of_user(*user)).bytes);
  }
  return row_key(Table::held, std::get<ConversationId>(scope).bytes);
}
SideKey conflict_key(const base::HoldId& id, const domain::HoldWanted& wanted) {
  SideKey key = row_key(Table::conflicts, id.bytes);
  std::visit([&key](const auto& what) { key.append(what.view()); }, wanted);
  return key;
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

// What the overlays hold hides what the database has: a reactor who was removed since has no emojis.
std::vector<UserId> WriteIndex::reactors(const MessageId& id) const {
  const SideKey prefix = key_of(Table::reactors, id);
  std::set<SideKey> keys;
  store_->for_each_key(prefix, [&keys](std::string_view key) { keys.emplace(key); });
  auto look = [&](const Overlay& overlay) {
    for (const auto& [key, bytes] : overlay.rows.sides) {
      if (key.starts_with(prefix)) keys.insert(key);
    }
  };
  for (const auto& overlay : sealed_) look(*overlay);
  look(*active_);
  std::vector<UserId> users;
  for (const SideKey& key : keys) {
    if (side(key)) users.push_back(UserId{key.substr(prefix.size() + 1)});
  }
  return users;
}

std::optional<domain::ErasureState> WriteIndex::erasure(const base::ErasureId& id) const {
  return parsed<domain::ErasureState>(side(row_key(Table::erasures, id.bytes)));
}

std::optional<domain::HoldState> WriteIndex::hold(const base::HoldId& id) const {
  return parsed<domain::HoldState>(side(row_key(Table::holds, id.bytes)));
}

std::vector<base::HoldId> WriteIndex::holds_on(const domain::HoldScope& scope) const {
  return parsed<std::vector<base::HoldId>>(side(held_key(scope))).value_or(std::vector<base::HoldId>{});
}

bool WriteIndex::has_conflict(const base::HoldId& id, const domain::HoldWanted& wanted) const {
  return side(conflict_key(id, wanted)).has_value();
}

void WriteIndex::put_erasure(const base::ErasureId& id, domain::ErasureState state) {
  put_side(row_key(Table::erasures, id.bytes), row_bytes(state));
}

void WriteIndex::put_hold(const base::HoldId& id, domain::HoldState state) {
  put_side(row_key(Table::holds, id.bytes), row_bytes(state));
}

void WriteIndex::put_holds_on(const domain::HoldScope& scope, std::vector<base::HoldId> holds) {
  put_side(held_key(scope), list_bytes(holds));
}

void WriteIndex::put_conflict(const base::HoldId& id, const domain::HoldWanted& wanted) {
  put_side(conflict_key(id, wanted), "1");
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
