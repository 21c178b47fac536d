// The values that commands, events and state share. Plain data; every limit is checked in decide or at the edge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/ids.h"

namespace hansard::domain {

using base::ConversationId;
using base::ErasureId;
using base::FileId;
using base::HoldId;
using base::MessageId;
using base::Ordinal;
using base::Position;
using base::Timestamp;
using base::UserId;
using base::Version;

// The numbers are stored: never change or reuse one.
enum class ConversationType : std::uint8_t { direct = 1, group = 2, ride = 3 };
enum class MessageType : std::uint8_t {
  text = 1,
  image = 2,
  video = 3,
  audio = 4,
  file = 5,
  location = 6,
  status = 7,
  system = 8
};
enum class Role : std::uint8_t { owner = 1, admin = 2, member = 3, read_only = 4 };
enum class WhoMayPost : std::uint8_t { members = 1, admins = 2 };
enum class History : std::uint8_t { all = 1, from_join = 2 };

// API.md section 2, "settings". Durations in seconds; 0 = none unless said otherwise.
struct Settings {
  History history = History::all;
  bool edit_history = false;
  std::optional<std::uint32_t> delete_window_s;  // nothing: the server's window; 0: no window
  std::uint32_t edit_window_s = 0;
  WhoMayPost who_may_post = WhoMayPost::members;
  std::uint32_t slow_mode_s = 0;
  std::uint32_t retention_s = 0;
  bool operator==(const Settings&) const = default;
};

// A request to change some settings; what is absent stays.
struct SettingsPatch {
  std::optional<History> history;
  std::optional<bool> edit_history;
  std::optional<std::uint32_t> delete_window_s;
  bool server_delete_window = false;  // back to the server's window; `delete_window_s` is absent then
  std::optional<std::uint32_t> edit_window_s;
  std::optional<WhoMayPost> who_may_post;
  std::optional<std::uint32_t> slow_mode_s;
  std::optional<std::uint32_t> retention_s;
  bool operator==(const SettingsPatch&) const = default;
};
// Ordinals up to here are hidden from a member: `joined_after` is the last ordinal when his latest membership began.
inline Ordinal hidden_through(const Settings& settings, Ordinal joined_after) {
  return settings.history == History::from_join ? joined_after : Ordinal{};
}
Settings apply_patch(Settings settings, const SettingsPatch& patch);

// `offset` and `length` count Unicode code points of the text. `counts` is decided when the message is accepted: the
// mentioned was a member then and not the author, and the message not of type system, so it counts in mentions_unread.
struct Mention {
  UserId user;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  bool counts = false;
  bool operator==(const Mention&) const = default;
};

struct Attachment {
  FileId file;
  std::string media_type;
  std::string name;
  std::uint64_t size = 0;
  bool operator==(const Attachment&) const = default;
};

// What an erasure takes away. `metadata` is a JSON object as minified text, empty for none.
struct MessageContent {
  std::string text;
  std::string metadata;
  std::vector<Mention> mentions;
  std::vector<Attachment> attachments;
  bool operator==(const MessageContent&) const = default;
};

// Where a forwarded message comes from: the first of the chain. `conversation` is nil where that was a direct one, so
// that nobody learns whom its author talks to.
struct ForwardedFrom {
  MessageId message;
  ConversationId conversation;
  UserId sender;
  Timestamp created_at;
  bool operator==(const ForwardedFrom&) const = default;
};

// What never changes about a message and is never erased. Repeated in edits and deletes, so that each event of a
// message can be folded, pushed and indexed without looking anything up.
struct MessageFacts {
  ConversationId conversation;
  MessageId message;
  Ordinal ordinal;
  UserId author;
  std::string sender_type;  // "" or a word of the caller's ("rider", "driver"), at most 50 bytes
  MessageType type = MessageType::text;
  std::optional<MessageId> reply_to;
  Ordinal reply_to_ordinal;  // 0 without reply_to
  Timestamp created_at;      // the log's time of the first event, or origin_time where a service gave one
  Timestamp sent_at;         // always the log's time of the first event: what windows are measured from
  std::optional<ForwardedFrom> forwarded_from = std::nullopt;
  bool operator==(const MessageFacts&) const = default;
};

// What is erased: one message, what a user wrote and his profile, or a conversation.
using ErasureScope = std::variant<MessageId, UserId, ConversationId>;
// Whose content a legal hold keeps.
using HoldScope = std::variant<UserId, ConversationId>;

struct MemberEntry {
  UserId user;
  Role role = Role::member;
  bool operator==(const MemberEntry&) const = default;
};

}  // namespace hansard::domain
