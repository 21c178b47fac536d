// What happened. An event is a fact about one stream; its numbers (EventType) are stored and never change or move.
// Erasable content stands in optional members: nothing there means erased, everything else is facts (DESIGN section 3).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/hash.h"
#include "engine/domain/values.h"

namespace hansard::domain {

enum class EventType : std::uint16_t {
  // conversation streams: every member may see these, they take a conversation version
  conversation_created = 1,
  conversation_updated = 2,
  conversation_closed = 3,
  member_added = 4,
  member_removed = 5,
  member_role_changed = 6,
  message_sent = 10,
  message_edited = 11,
  message_deleted = 12,
  // user streams
  read_advanced = 30,
  delivered_advanced = 31,
  unread_marked = 32,
  conversation_flagged = 33,
  // system stream
  loss_accepted = 60
};

// Title and metadata (a JSON object as minified text, "" for none).
struct ConversationContent {
  std::string title;
  std::string metadata;
  bool operator==(const ConversationContent&) const = default;
};

struct ConversationCreated {
  ConversationId conversation;
  ConversationType type = ConversationType::group;
  UserId created_by;
  std::string external_id;           // "" for none
  std::vector<MemberEntry> members;  // the creator first, as owner
  Settings settings;
  std::optional<ConversationContent> content;
  bool operator==(const ConversationCreated&) const = default;
};
// Carries the whole new title, metadata and settings.
struct ConversationUpdated {
  ConversationId conversation;
  Settings settings;
  std::optional<ConversationContent> content;
  bool operator==(const ConversationUpdated&) const = default;
};
struct ConversationClosed {
  ConversationId conversation;
  bool operator==(const ConversationClosed&) const = default;
};
// `last_ordinal` is that of the conversation then: it becomes the joiner's read pointer unless that is higher.
struct MemberAdded {
  ConversationId conversation;
  std::vector<MemberEntry> members;
  Ordinal last_ordinal;
  bool operator==(const MemberAdded&) const = default;
};
struct MemberRemoved {
  ConversationId conversation;
  UserId user;  // actor == user: left
  bool operator==(const MemberRemoved&) const = default;
};
struct MemberRoleChanged {
  ConversationId conversation;
  UserId user;
  Role role = Role::member;
  bool operator==(const MemberRoleChanged&) const = default;
};

struct MessageSent {
  MessageFacts facts;
  std::optional<MessageContent> content;
  bool operator==(const MessageSent&) const = default;
};
// Carries the whole new content.
struct MessageEdited {
  MessageFacts facts;
  std::optional<MessageContent> content;
  bool operator==(const MessageEdited&) const = default;
};
struct MessageDeleted {
  MessageFacts facts;
  bool operator==(const MessageDeleted&) const = default;
};

struct ReadAdvanced {
  ConversationId conversation;
  UserId user;
  Ordinal up_to;  // 0 or at or below the pointer: only clears the marker
  bool operator==(const ReadAdvanced&) const = default;
};
struct DeliveredAdvanced {
  ConversationId conversation;
  UserId user;
  Ordinal up_to;
  bool operator==(const DeliveredAdvanced&) const = default;
};
struct UnreadMarked {
  ConversationId conversation;
  UserId user;
  Ordinal from;
  bool operator==(const UnreadMarked&) const = default;
};
// The whole new set of the caller's own flags of a conversation.
struct ConversationFlagged {
  ConversationId conversation;
  UserId user;
  bool archived = false;
  bool muted = false;
  bool pinned = false;
  bool operator==(const ConversationFlagged&) const = default;
};

// An operator started a damaged log with --accept-loss-after: everything above `after` is gone for good.
struct LossAccepted {
  Position after;
  std::uint32_t epoch = 0;
  bool operator==(const LossAccepted&) const = default;
};

using EventBody = std::variant<ConversationCreated, ConversationUpdated, ConversationClosed, MemberAdded, MemberRemoved,
                               MemberRoleChanged, MessageSent, MessageEdited, MessageDeleted, ReadAdvanced,
                               DeliveredAdvanced, UnreadMarked, ConversationFlagged, LossAccepted>;

EventType type_of(const EventBody& body);
// "message.sent" and the like; "unknown" for a number this build does not know.
std::string_view type_name(EventType type);
base::StreamId stream_of(const EventBody& body);

// An event in its place. Everything a view, a session or an auditor may know about it.
struct RecordedEvent {
  Position position;
  base::StreamId stream;
  Version version;                  // of the stream, dense from 1
  Timestamp time;                   // the log's, at the commit's decision
  UserId actor;                     // who it counts for (the acted-as user where a service acts)
  base::ShortDigest command{};      // keyed hash of the command id; zero when the caller gave none
  base::ShortDigest fingerprint{};  // keyed hash of the request; zero like command
  std::uint16_t raw_type = 0;       // as stored; tells what an unknown body was
  std::optional<EventBody> body;    // nothing: a type this build does not know
};

}  // namespace hansard::domain
