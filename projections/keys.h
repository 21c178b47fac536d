// The key space of the chat view: every row of the conversation and unread views lies in one RocksDB column family,
// under a one-byte table prefix. Numbers are big-endian; "down" numbers are stored inverted, so that the newest comes
// first and history is a forward scan. A user id in the middle of a key ends with a zero byte, which no user id holds.
// Times are milliseconds with the sign bit turned over, so that they order as numbers do.
//
//   byte  table         key after the byte                                value (rows.h, ordinal_set.h)
//   0x01  checkpoint    -                                                 Checkpoint; the only row outside the digest
//   'A'   about         conversation 16                                   AboutRow: title, metadata, external id
//   'B'   blocks        user 0, who is blocked 0                          empty
//   'C'   conversation  conversation 16                                   ConversationRow: everything small
//   'D'   departed      conversation 16, author or "" for all 0, block 4  Leaf: countable once, gone since; author
//                                                                         0x01: those of type system
//   'E'   expiring      due time 8, conversation 16                       OrdinalRow: its oldest live message; only
//                                                                         with a retention
//   'F'   files         file 16                                           FileRow
//   'G'   carriers      file 16, conversation 16, ordinal 8               empty: a live message with that file
//   'H'   blobs         SHA-256 32, file 16                               empty: a file that is not collected
//   'I'   message ids   message 16                                        MessageIdRow
//   'J'   collectable   time 8, file 16                                   empty: no message needs it; the time is that
//                                                                         of its upload, 0 if it was attached once
//   'L'   last seen     user 0                                            TimeRow
//   'M'   messages      conversation 16, ordinal 8 down, version 8 down   message row. Two versions stand for others:
//                                                                         "all ones" (first of its ordinal) is the
//                                                                         StandingRow: live replies and reactions;
//                                                                         "all ones - 1" the newest message row
//   'N'   sent          conversation 16, author or "" for system 0, block 4   Leaf; block "all ones": the newest
//   'O'   profiles      user 0                                            ProfileRow
//   'P'   members       conversation 16, user 0                           MemberRow, present members only
//   'Q'   scheduled     message 16                                        ScheduledRow
//   'R'   reactions     message 16, user 0                                EmojisRow: those of one user
//   'S'   streams       stream 16, position 8                             StreamRow
//   'T'   threads       conversation 16, parent 8, reply 8                CountRow: the parent's replies up to this
//                                                                         one, live or not
//   'U'   readers       user 0, conversation 16                           ReaderRow, also of those who left
//   'V'   open erasures erasure 16                                        empty
//   'W'   waiting       author 0, time 8, message 16                      empty: his scheduled messages
//   'X'   due sends     time 8, message 16                                UserRow: the author
//   'Y'   erasures      erasure 16                                        ErasureRow
//   'Z'   holds         hold 16                                           HoldRow; the nil hold is a CounterRow: how
//                                                                         often one was released
//   '@'   mentions      conversation 16, user 0, block 4                  Leaf
//
// and what the past needs beside the present (past_rows.h): no read of the present touches it.
//
//   'a'   past about    conversation 16, position 8                       PastAboutRow: what held until that event
//   'd'   departures    conversation 16, ordinal 8                        PositionRow: when it left the count; not of
//                                                                         system messages
//   'm'   past mentions conversation 16, user 0, block 4                  Leaf: mentioned once, no longer
//   'p'   past places   conversation 16, user 0, position 8 down          PastPlaceRow: membership from that event on
//   'r'   past reactions  message 16, number 8 from 0                     PastReactionRow, of what was live then
//   't'   past replies  conversation 16, parent 8, reply 8                PositionRow: when the reply left the count
//   'u'   past readers  conversation 16, user 0, position 8 down          PastReaderRow: pointers from that event on
//
// Thread: any; plain values.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/ids.h"

namespace hansard::projections {

using base::ConversationId;
using base::FileId;
using base::MessageId;
using base::Ordinal;
using base::Position;
using base::StreamId;
using base::Timestamp;
using base::UserId;
using base::Version;

inline constexpr std::size_t kKeyBytesMax = 1 + 129 + 129;

inline constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

// A key under construction, on the stack.
class Key {
 public:
  explicit Key(char table) { bytes_[size_++] = table; }
  Key& raw(std::string_view bytes);
  Key& user(std::string_view id);
  Key& up(std::uint64_t number);
  Key& down(std::uint64_t number) { return up(~number); }
  Key& block(std::uint32_t number);
  Key& time(Timestamp time) { return up(static_cast<std::uint64_t>(time.ms) ^ kSignBit); }
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
Key standing_key(const ConversationId& conversation, Ordinal ordinal);
Key newest_key(const ConversationId& conversation, Ordinal ordinal);
Key message_id_key(const MessageId& message);
Key thread_key(const ConversationId& conversation, Ordinal parent, Ordinal reply);
Key stream_key(const StreamId& stream, Position position);
Key member_key(const ConversationId& conversation, const UserId& user);
Key members_prefix(const ConversationId& conversation);
Key reader_key(const UserId& user, const ConversationId& conversation);
Key readers_prefix(const UserId& user);

Key block_key(const UserId& by, const UserId& who);
Key last_seen_key(const UserId& user);
Key profile_key(const UserId& user);
Key reactions_key(const MessageId& message, const UserId& user);
Key expiring_key(Timestamp due, const ConversationId& conversation);
Key scheduled_key(const MessageId& message);
Key waiting_prefix(const UserId& author);
Key waiting_key(const UserId& author, Timestamp send_at, const MessageId& message);
Key due_send_key(Timestamp send_at, const MessageId& message);
Key file_key(const FileId& file);
Key carriers_prefix(const FileId& file);
Key carriers_prefix(const FileId& file, const ConversationId& conversation);
Key carrier_key(const FileId& file, const ConversationId& conversation, Ordinal ordinal);
Key blob_prefix(const base::Digest& sha256);
Key blob_key(const base::Digest& sha256, const FileId& file);
Key collectable_key(Timestamp at, const FileId& file);
Key erasure_key(const base::ErasureId& erasure);
Key open_erasure_key(const base::ErasureId& erasure);
Key hold_key(const base::HoldId& hold);

Key past_about_key(const ConversationId& conversation, Position until);
Key departure_key(const ConversationId& conversation, Ordinal ordinal);
Key past_places_prefix(const ConversationId& conversation);
Key past_places_prefix(const ConversationId& conversation, const UserId& user);
Key past_place_key(const ConversationId& conversation, const UserId& user, Position from);
Key past_reaction_key(const MessageId& message, std::uint64_t number);
Key past_reply_key(const ConversationId& conversation, Ordinal parent, Ordinal reply);
Key past_readers_prefix(const ConversationId& conversation, const UserId& user);
Key past_reader_key(const ConversationId& conversation, const UserId& user, Position from);

// A set of ordinals: everything of its leaves' keys but the block.
Key sent_set(const ConversationId& conversation, const UserId& author);
Key system_set(const ConversationId& conversation);
Key departed_set(const ConversationId& conversation);
Key departed_set(const ConversationId& conversation, const UserId& author);
Key departed_system_set(const ConversationId& conversation);
Key mention_set(const ConversationId& conversation, const UserId& user);
Key past_mention_set(const ConversationId& conversation, const UserId& user);
Key leaf_key(const Key& set, std::uint32_t block);

// What a cursor standing on such a row reads back; the key is one of that table's.
struct MessageKeyParts {
  Ordinal ordinal;
  bool is_standing = false;
  bool is_newest = false;
};
MessageKeyParts parse_message_key(std::string_view key);
Ordinal reply_of_thread_key(std::string_view key);
Position position_of_stream_key(std::string_view key);
std::string_view user_of_member_key(std::string_view key);
std::string_view user_of_past_place_key(std::string_view key);
Position position_of_past_place_key(std::string_view key);
Ordinal ordinal_of_departure_key(std::string_view key);
ConversationId conversation_of_reader_key(std::string_view key);
std::uint32_t block_of_leaf_key(std::string_view key);
Timestamp time_of_due_key(std::string_view key);  // expiring, due send, collectable
ConversationId conversation_of_carrier_key(std::string_view key);
template <class Id>
Id last_id_of_key(std::string_view key) {  // reader, expiring, waiting, due send, collectable
  return base::id_from_bytes<Id>(key.substr(key.size() - 16));
}

}  // namespace hansard::projections
