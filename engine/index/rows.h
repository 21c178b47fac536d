// The tables of the write index: their keys, their rows, and the bytes of both. A key is a one-byte table prefix and
// the id; user ids in keys carry their length first, so that no key is the beginning of another.
//
//   table         key                          row
//   0 checkpoint                               position and epoch everything below is the fold of
//   1 heads       conversation 16              ConversationState
//   2 members     conversation 16, user        MemberState; absent: not a member
//   3 messages    message 16                   MessageState
//   4 readers     conversation 16, user        ReaderState
//   5 streams     stream 16                    last version
//   6 commands    command hash 16              CommandRow
//   7 reactions   message 16                   how often each emoji stands under it
//   8 reactors    message 16, user             the emojis of one user
//   9 blocks      stream of user 16, other     one byte
//  10 files       file 16                      FileState
//  11 scheduled   message 16                   ScheduledState; absent: never scheduled, or sent
//  12 users       stream of user 16            UserState
//  13 erasures    erasure 16                   ErasureState
//  14 holds       hold 16                      HoldState
//  15 held        conversation, or stream of user set aside, 16   the holds that stand
//  16 conflicts   hold 16, wanted              one byte
//
// Rows of the tables from 7 on are rare beside the others and share one map, by key and bytes: `side` rows.
// Thread: any; plain functions and values.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "engine/base/hash.h"
#include "engine/domain/state.h"
#include "engine/index/row_bytes.h"
#include "engine/index/row_table.h"

namespace hansard::index {

using base::ConversationId;
using base::MessageId;
using base::Position;
using base::ShortDigest;
using base::StreamId;
using base::UserId;
using base::Version;
using domain::ConversationState;
using domain::MemberState;
using domain::MessageState;
using domain::ReaderState;

enum class Table : char {
  checkpoint = 0,
  heads = 1,
  members = 2,
  messages = 3,
  readers = 4,
  streams = 5,
  commands = 6,
  reactions = 7,
  reactors = 8,
  blocks = 9,
  files = 10,
  scheduled = 11,
  users = 12,
  erasures = 13,
  holds = 14,
  held = 15,
  conflicts = 16
};

// A kept command id: what it appended stands in the log at `first` and the `events - 1` positions after. `day` counts
// days since the epoch by log time; expiry goes by it.
struct CommandRow {
  std::uint32_t day = 0;
  ShortDigest fingerprint{};
  Position first;
  std::uint32_t events = 0;
  bool operator==(const CommandRow&) const = default;
};

struct Checkpoint {
  Position position;
  std::uint32_t epoch = 0;
  bool operator==(const Checkpoint&) const = default;
};

std::uint32_t day_of(base::Timestamp time);

struct MemberKey {
  ConversationId conversation;
  UserId user;
  bool operator==(const MemberKey&) const = default;
};
// The same key without a copy of the user id, for lookups.
struct MemberKeyView {
  const ConversationId& conversation;
  const UserId& user;
};

// The stored key of a side row.
using SideKey = std::string;

struct KeyHash {
  using is_transparent = void;
  std::size_t operator()(const SideKey& key) const { return std::hash<std::string>{}(key); }
  template <class Tag>
  std::size_t operator()(const base::Uuid<Tag>& id) const {
    return std::hash<base::Uuid<Tag>>{}(id);
  }
  std::size_t operator()(const ShortDigest& hash) const { return (*this)(StreamId{hash}); }
  std::size_t operator()(const MemberKey& key) const { return (*this)(MemberKeyView{key.conversation, key.user}); }
  std::size_t operator()(const MemberKeyView& key) const {
    return (*this)(key.conversation) * 31 + std::hash<UserId>{}(key.user);
  }
};
struct KeyEqual {
  using is_transparent = void;
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return a == b;
  }
  bool operator()(const MemberKeyView& a, const MemberKey& b) const {
    return a.user == b.user && a.conversation == b.conversation;
  }
  bool operator()(const MemberKey& a, const MemberKeyView& b) const { return (*this)(b, a); }
};

template <class Key, class Row>
using RowMap = boost::unordered_flat_map<Key, Row, KeyHash, KeyEqual>;

// Of the two tables nearly every command adds a row to.
template <class Key, class Row>
using NewRows = RowTable<Key, Row, KeyHash, KeyEqual>;

// Whole-row values of one stretch of the log; a member that is nothing was removed.
struct Rows {
  RowMap<ConversationId, ConversationState> heads;
  RowMap<MemberKey, std::optional<MemberState>> members;
  NewRows<MessageId, MessageState> messages;
  RowMap<MemberKey, ReaderState> readers;
  RowMap<StreamId, Version> streams;
  NewRows<ShortDigest, CommandRow> commands;
  RowMap<SideKey, std::optional<std::string>> sides;
};

std::string checkpoint_key();
std::string row_key(Table table, const std::array<std::uint8_t, 16>& id);
void append_row_key(Table table, const std::array<std::uint8_t, 16>& id, std::string& out);
std::string row_key(Table table, const std::array<std::uint8_t, 16>& id, const UserId& user);
void append_row_key(Table table, const std::array<std::uint8_t, 16>& id, const UserId& user, std::string& out);

std::string row_bytes(const ConversationState& row);
std::string row_bytes(const MemberState& row);
std::string row_bytes(const MessageState& row);
std::string row_bytes(const ReaderState& row);
std::string row_bytes(const Version& row);
std::string row_bytes(const CommandRow& row);
std::string row_bytes(const Checkpoint& row);
std::string row_bytes(const std::vector<domain::EmojiCount>& row);
std::string row_bytes(const std::vector<std::string>& row);
std::string row_bytes(const domain::FileState& row);
std::string row_bytes(const domain::ScheduledState& row);
std::string row_bytes(const domain::UserState& row);
std::string row_bytes(const domain::ErasureState& row);
std::string row_bytes(const domain::HoldState& row);
std::string row_bytes(const std::vector<base::HoldId>& row);

// False: not the bytes of such a row in this version; `row` then means nothing.
bool parse_row(std::string_view bytes, ConversationState& row);
bool parse_row(std::string_view bytes, MemberState& row);
bool parse_row(std::string_view bytes, MessageState& row);
bool parse_row(std::string_view bytes, ReaderState& row);
bool parse_row(std::string_view bytes, Version& row);
bool parse_row(std::string_view bytes, CommandRow& row);
bool parse_row(std::string_view bytes, Checkpoint& row);
bool parse_row(std::string_view bytes, std::vector<domain::EmojiCount>& row);
bool parse_row(std::string_view bytes, std::vector<std::string>& row);
bool parse_row(std::string_view bytes, domain::FileState& row);
bool parse_row(std::string_view bytes, domain::ScheduledState& row);
bool parse_row(std::string_view bytes, domain::UserState& row);
bool parse_row(std::string_view bytes, domain::ErasureState& row);
bool parse_row(std::string_view bytes, domain::HoldState& row);
bool parse_row(std::string_view bytes, std::vector<base::HoldId>& row);

}  // namespace hansard::index
