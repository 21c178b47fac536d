// The key space of the chat view: every row of the conversation and unread views lies in one RocksDB column family,
// under a one-byte table prefix. Numbers are big-endian; "down" numbers are stored inverted, so that the newest comes
// first and history is a forward scan. A user id in the middle of a key ends with a zero byte, which no user id holds.
//
//   byte  table         key after the byte                                value (rows.h, ordinal_set.h)
//   0x01  checkpoint    -                                                 Checkpoint; the only row outside the digest
//   'A'   about         conversation 16                                   AboutRow: title, metadata, external id
//   'C'   conversation  conversation 16                                   ConversationRow: everything small
//   'D'   departed      conversation 16, author or "" for all 0, block 4  Leaf: countable once, deleted since
//   'I'   message ids   message 16                                        MessageIdRow
//   'M'   messages      conversation 16, ordinal 8 down, version 8 down   message row; version "all ones" (first of
//                                                                         its ordinal): the count of live replies
//   'N'   sent          conversation 16, author or "" for system 0, block 4   Leaf; block "all ones": the newest
//   'P'   members       conversation 16, user 0                           MemberRow, present members only
//   'S'   streams       stream 16, position 8                             StreamRow
//   'T'   threads       conversation 16, parent 8, reply 8                empty
//   'U'   readers       user 0, conversation 16                           ReaderRow, also of those who left
//   '@'   mentions      conversation 16, user 0, block 4                  Leaf
//
// Thread: any; plain values.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/ids.h"

namespace hansard::projections {

using base::ConversationId;
using base::MessageId;
using base::Ordinal;
using base::Position;
using base::StreamId;
using base::UserId;
using base::Version;

inline constexpr std::size_t kKeyBytesMax = 1 + 16 + 129 + 16;

// A key under construction, on the stack.
class Key {
 public:
  explicit Key(char table) { bytes_[size_++] = table; }
  Key& raw(std::string_view bytes);
  Key& user(std::string_view id);
  Key& up(std::uint64_t number);
  Key& down(std::uint64_t number) { return up(~number); }
  Key& block(std::uint32_t number);
  std::string_view view() const { return {bytes_, size_}; }
  operator std::string_view() const { return view(); }  // NOLINT: a key is its bytes

 private:
  std::size_t size_ = 0;
  char bytes_[kKeyBytesMax];
};

inline constexpr std::uint32_t kNewestBlock = UINT32_MAX;

Key checkpoint_key();
Key about_key(const ConversationId& conversation);
Key conversation_key(const ConversationId& conversation);
Key message_key(const ConversationId& conversation, Ordinal ordinal, Version version);
Key live_replies_key(const ConversationId& conversation, Ordinal ordinal);
Key message_id_key(const MessageId& message);
Key thread_key(const ConversationId& conversation, Ordinal parent, Ordinal reply);
Key stream_key(const StreamId& stream, Position position);
Key member_key(const ConversationId& conversation, const UserId& user);
Key members_prefix(const ConversationId& conversation);
Key reader_key(const UserId& user, const ConversationId& conversation);
Key readers_prefix(const UserId& user);

// A set of ordinals: everything of its leaves' keys but the block.
Key sent_set(const ConversationId& conversation, const UserId& author);
Key system_set(const ConversationId& conversation);
Key departed_set(const ConversationId& conversation);
Key departed_set(const ConversationId& conversation, const UserId& author);
Key mention_set(const ConversationId& conversation, const UserId& user);
Key leaf_key(const Key& set, std::uint32_t block);

// What a cursor standing on such a row reads back; the key is one of that table's.
struct MessageKeyParts {
  Ordinal ordinal;
  Version version;
  bool is_live_replies = false;
};
MessageKeyParts parse_message_key(std::string_view key);
Ordinal reply_of_thread_key(std::string_view key);
Position position_of_stream_key(std::string_view key);
std::string_view user_of_member_key(std::string_view key);
ConversationId conversation_of_reader_key(std::string_view key);
std::uint32_t block_of_leaf_key(std::string_view key);

}  // namespace hansard::projections
