#include "projections/keys.h"

#include <cstring>

#include "engine/base/check.h"

namespace hansard::projections {

namespace {
// What stands where a version does in the message table; no conversation gets that far.
constexpr Version kStanding{UINT64_MAX};
constexpr Version kNewest{UINT64_MAX - 1};
constexpr char kSystemAuthor[] = "\x01";  // a control character: nobody's id
}  // namespace

Key& Key::raw(std::string_view bytes) {
  CHECK(size_ + bytes.size() <= kKeyBytesMax, size_, bytes.size());
  std::memcpy(bytes_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
  return *this;
}

Key& Key::user(std::string_view id) { return raw(id).raw(std::string_view("\0", 1)); }

Key& Key::up(std::uint64_t number) {
  std::uint64_t big_endian = __builtin_bswap64(number);
  return raw({reinterpret_cast<const char*>(&big_endian), sizeof big_endian});
}

Key& Key::block(std::uint32_t number) {
  std::uint32_t big_endian = __builtin_bswap32(number);
  return raw({reinterpret_cast<const char*>(&big_endian), sizeof big_endian});
}

Key checkpoint_key() { return Key('\x01'); }
Key about_key(const ConversationId& conversation) { return Key('A').raw(conversation.view()); }
Key conversation_key(const ConversationId& conversation) { return Key('C').raw(conversation.view()); }

Key message_key(const ConversationId& conversation, Ordinal ordinal, Version version) {
  return Key('M').raw(conversation.view()).down(ordinal.value).down(version.value);
}
Key standing_key(const ConversationId& conversation, Ordinal ordinal) {
  return message_key(conversation, ordinal, kStanding);
}
Key newest_key(const ConversationId& conversation, Ordinal ordinal) {
  return message_key(conversation, ordinal, kNewest);
}
Key message_id_key(const MessageId& message) { return Key('I').raw(message.view()); }

Key thread_key(const ConversationId& conversation, Ordinal parent, Ordinal reply) {
  return Key('T').raw(conversation.view()).up(parent.value).up(reply.value);
}
Key stream_key(const StreamId& stream, Position position) { return Key('S').raw(stream.view()).up(position.value); }

Key members_prefix(const ConversationId& conversation) { return Key('P').raw(conversation.view()); }
Key member_key(const ConversationId& conversation, const UserId& user) {
  return members_prefix(conversation).user(user.value);
}
Key readers_prefix(const UserId& user) { return Key('U').user(user.value); }
Key reader_key(const UserId& user, const ConversationId& conversation) {
  return readers_prefix(user).raw(conversation.view());
}

Key block_key(const UserId& by, const UserId& who) { return Key('B').user(by.value).user(who.value); }
Key last_seen_key(const UserId& user) { return Key('L').user(user.value); }
Key profile_key(const UserId& user) { return Key('O').user(user.value); }
Key reactions_key(const MessageId& message, const UserId& user) {
  return Key('R').raw(message.view()).user(user.value);
}
Key expiring_key(Timestamp due, const ConversationId& conversation) {
  return Key('E').time(due).raw(conversation.view());
}

Key scheduled_key(const MessageId& message) { return Key('Q').raw(message.view()); }
Key waiting_prefix(const UserId& author) { return Key('W').user(author.value); }
Key waiting_key(const UserId& author, Timestamp send_at, const MessageId& message) {
  return waiting_prefix(author).time(send_at).raw(message.view());
}
Key due_send_key(Timestamp send_at, const MessageId& message) { return Key('X').time(send_at).raw(message.view()); }

Key file_key(const FileId& file) { return Key('F').raw(file.view()); }
Key carriers_prefix(const FileId& file) { return Key('G').raw(file.view()); }
Key carriers_prefix(const FileId& file, const ConversationId& conversation) {
  return carriers_prefix(file).raw(conversation.view());
}
Key carrier_key(const FileId& file, const ConversationId& conversation, Ordinal ordinal) {
  return carriers_prefix(file, conversation).up(ordinal.value);
}
Key blob_prefix(const base::Digest& sha256) { return Key('H').raw(base::view_of(sha256)); }
Key blob_key(const base::Digest& sha256, const FileId& file) { return blob_prefix(sha256).raw(file.view()); }
Key collectable_key(Timestamp at, const FileId& file) { return Key('J').time(at).raw(file.view()); }

Key past_about_key(const ConversationId& conversation, Position until) {
  return Key('a').raw(conversation.view()).up(until.value);
}
Key departure_key(const ConversationId& conversation, Ordinal ordinal) {
  return Key('d').raw(conversation.view()).up(ordinal.value);
}
Key past_places_prefix(const ConversationId& conversation) { return Key('p').raw(conversation.view()); }
Key past_places_prefix(const ConversationId& conversation, const UserId& user) {
  return past_places_prefix(conversation).user(user.value);
}
Key past_place_key(const ConversationId& conversation, const UserId& user, Position from) {
  return past_places_prefix(conversation, user).down(from.value);
}
Key past_reaction_key(const MessageId& message, std::uint64_t number) {
  return Key('r').raw(message.view()).up(number);
}
Key past_reply_key(const ConversationId& conversation, Ordinal parent, Ordinal reply) {
  return Key('t').raw(conversation.view()).up(parent.value).up(reply.value);
}
Key past_readers_prefix(const ConversationId& conversation, const UserId& user) {
  return Key('u').raw(conversation.view()).user(user.value);
}
Key past_reader_key(const ConversationId& conversation, const UserId& user, Position from) {
  return past_readers_prefix(conversation, user).down(from.value);
}
Key erasure_key(const base::ErasureId& erasure) { return Key('Y').raw(erasure.view()); }
Key open_erasure_key(const base::ErasureId& erasure) { return Key('V').raw(erasure.view()); }
Key hold_key(const base::HoldId& hold) { return Key('Z').raw(hold.view()); }

Key sent_set(const ConversationId& conversation, const UserId& author) {
  return Key('N').raw(conversation.view()).user(author.value);
}
Key system_set(const ConversationId& conversation) { return sent_set(conversation, UserId{}); }
Key departed_set(const ConversationId& conversation, const UserId& author) {
  return Key('D').raw(conversation.view()).user(author.value);
}
Key departed_set(const ConversationId& conversation) { return departed_set(conversation, UserId{}); }
Key departed_system_set(const ConversationId& conversation) { return departed_set(conversation, {kSystemAuthor}); }
Key mention_set(const ConversationId& conversation, const UserId& user) {
  return Key('@').raw(conversation.view()).user(user.value);
}
Key past_mention_set(const ConversationId& conversation, const UserId& user) {
  return Key('m').raw(conversation.view()).user(user.value);
}
Key leaf_key(const Key& set, std::uint32_t block) { return Key(set).block(block); }

namespace {
std::uint64_t number_at(std::string_view key, std::size_t offset) {
  std::uint64_t big_endian;
  CHECK(key.size() >= offset + sizeof big_endian, key.size(), offset);
  std::memcpy(&big_endian, key.data() + offset, sizeof big_endian);
  return __builtin_bswap64(big_endian);
}
Timestamp time_at(std::string_view key, std::size_t offset) {
  return {static_cast<std::int64_t>(number_at(key, offset) ^ kSignBit)};
}
}  // namespace

MessageKeyParts parse_message_key(std::string_view key) {
  Version version{~number_at(key, 25)};
  return {{~number_at(key, 17)}, version == kStanding, version == kNewest};
}

Ordinal reply_of_thread_key(std::string_view key) { return {number_at(key, 25)}; }
Position position_of_stream_key(std::string_view key) { return {number_at(key, 17)}; }

std::string_view user_of_member_key(std::string_view key) {
  CHECK(key.size() > 18, key.size());
  return key.substr(17, key.size() - 18);
}

std::string_view user_of_past_place_key(std::string_view key) {
  CHECK(key.size() > 26, key.size());
  return key.substr(17, key.size() - 26);
}
Position position_of_past_place_key(std::string_view key) { return {~number_at(key, key.size() - 8)}; }
Ordinal ordinal_of_departure_key(std::string_view key) { return {number_at(key, 17)}; }

ConversationId conversation_of_reader_key(std::string_view key) {
  CHECK(key.size() > 17, key.size());
  return base::id_from_bytes<ConversationId>(key.substr(key.size() - 16));
}

std::uint32_t block_of_leaf_key(std::string_view key) {
  std::uint32_t big_endian;
  CHECK(key.size() > sizeof big_endian, key.size());
  std::memcpy(&big_endian, key.data() + key.size() - sizeof big_endian, sizeof big_endian);
  return __builtin_bswap32(big_endian);
}

Timestamp time_of_due_key(std::string_view key) { return time_at(key, 1); }

ConversationId conversation_of_carrier_key(std::string_view key) {
  CHECK(key.size() == 41, key.size());
  return base::id_from_bytes<ConversationId>(key.substr(17, 16));
}

}  // namespace hansard::projections
