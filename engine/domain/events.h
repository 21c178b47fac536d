// What happened. An event is a fact about one stream; its numbers (EventType) are stored and never change or move.
// Erasable content stands in optional members: nothing there means erased, everything else is facts;
// docs/LOG_FORMAT.md has the bytes.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
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
  reaction_added = 13,
  reaction_removed = 14,
  message_expired = 15,
  message_erased = 16,
  conversation_erased = 17,
  // user streams
  read_advanced = 30,
  delivered_advanced = 31,
  unread_marked = 32,
  conversation_flagged = 33,
  profile_updated = 34,
  user_blocked = 35,
  user_unblocked = 36,
  user_seen = 37,
  notification_due = 38,
  send_scheduled = 39,
  schedule_cancelled = 40,
  file_uploaded = 41,
  file_collected = 42,
  user_erased = 43,
  audit_read = 66,
  // system stream
  loss_accepted = 60,
  erasure_requested = 61,
  erasure_completed = 62,
  hold_placed = 63,
  hold_released = 64,
  hold_conflict = 65
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

// `files` are those the content attaches: which files a message carries is a fact, their names are content.
struct MessageSent {
  MessageFacts facts;
  std::optional<MessageContent> content;
  std::vector<FileId> files = {};
  bool was_scheduled = false;
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

// The conversation's retention ran out for it (settings.retention_s, by log time).
struct MessageExpired {
  MessageFacts facts;
  bool operator==(const MessageExpired&) const = default;
};
// An administrator had its content erased for good, from every record and view. Its reactions go with it.
struct MessageErased {
  MessageFacts facts;
  ErasureId erasure;
  bool operator==(const MessageErased&) const = default;
};
// Title and metadata of every created and updated event go, and the conversation is closed.
struct ConversationErased {
  ConversationId conversation;
  ErasureId erasure;
  bool operator==(const ConversationErased&) const = default;
};
struct ReactionContent {
  std::string emoji;  // 1-64 bytes without spaces and control characters
  bool operator==(const ReactionContent&) const = default;
};
struct ReactionAdded {
  ConversationId conversation;
  MessageId message;
  Ordinal ordinal;
  UserId user;
  std::optional<ReactionContent> content;
  bool operator==(const ReactionAdded&) const = default;
};
// Without content: all the user ever put there, because he was erased.
struct ReactionRemoved {
  ConversationId conversation;
  MessageId message;
  Ordinal ordinal;
  UserId user;
  std::optional<ReactionContent> content;
  bool operator==(const ReactionRemoved&) const = default;
};

struct ReadAdvanced {
  ConversationId conversation;
  UserId user;
  Ordinal up_to;  // 0: only clears the marker, as does one at or below the pointer, which older logs have
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

// The whole new profile. `metadata` is a JSON object as minified text, "" for none; `avatar` is the caller's own
// reference (a URL, a file id), not looked at.
struct ProfileContent {
  std::string display_name;
  std::string avatar;
  std::string metadata;
  bool operator==(const ProfileContent&) const = default;
};
struct ProfileUpdated {
  UserId user;
  std::optional<ProfileContent> content;
  bool operator==(const ProfileUpdated&) const = default;
};
struct UserBlocked {
  UserId user;
  UserId other;  // who may no longer write to `user` alone
  bool operator==(const UserBlocked&) const = default;
};
struct UserUnblocked {
  UserId user;
  UserId other;
  bool operator==(const UserUnblocked&) const = default;
};
// The last sign of life, when presence ended or began.
struct UserSeen {
  UserId user;
  Timestamp at;
  bool operator==(const UserSeen&) const = default;
};
// Nobody acknowledged the message for `user` in time: his devices should be woken up.
struct NotificationDue {
  ConversationId conversation;
  MessageId message;
  Ordinal ordinal;
  UserId user;
  bool operator==(const NotificationDue&) const = default;
};
// A message that is to be sent later. Nobody but its author knows of it. `draft` has no ordinal yet; its times are
// those of this event.
struct SendScheduled {
  MessageFacts draft;
  Timestamp send_at;
  std::optional<MessageContent> content;
  bool operator==(const SendScheduled&) const = default;
};
// By the author (`reason` empty), or because a rule said no when its time came (`reason` is that rule's sentence).
struct ScheduleCancelled {
  ConversationId conversation;
  MessageId message;
  UserId user;
  std::string reason;
  bool operator==(const ScheduleCancelled&) const = default;
};
struct FileContent {
  std::string name;
  std::string media_type;
  bool operator==(const FileContent&) const = default;
};
// The bytes were durable before the event was.
struct FileUploaded {
  UserId user;
  FileId file;
  base::Digest sha256{};
  std::uint64_t size = 0;  // bytes
  std::optional<FileContent> content;
  bool operator==(const FileUploaded&) const = default;
};
// No message carries the file any more; its bytes go.
struct FileCollected {
  UserId user;  // who uploaded it
  FileId file;
  bool operator==(const FileCollected&) const = default;
};

// His profile, the names of his files and what he had scheduled go. His messages have events of their own.
struct UserErased {
  UserId user;
  ErasureId erasure;
  bool operator==(const UserErased&) const = default;
};

struct ReasonContent {
  std::string reason;  // the administrator's words, may be ""
  bool operator==(const ReasonContent&) const = default;
};
struct ErasureRequested {
  ErasureId erasure;
  ErasureScope scope;
  std::optional<ReasonContent> content;
  bool operator==(const ErasureRequested&) const = default;
};
// No byte of it is left in the data folder.
struct ErasureCompleted {
  ErasureId erasure;
  std::uint64_t messages = 0;  // erased
  std::uint64_t records = 0;   // overwritten
  Position through;            // the log was searched up to here
  bool operator==(const ErasureCompleted&) const = default;
};
struct HoldPlaced {
  HoldId hold;
  HoldScope scope;
  std::optional<ReasonContent> content;
  bool operator==(const HoldPlaced&) const = default;
};
struct HoldReleased {
  HoldId hold;
  HoldScope scope;
  std::optional<ReasonContent> content;
  bool operator==(const HoldReleased&) const = default;
};
// The hold won over an erasure or over retention. Once per hold and erasure (each request that is refused is one), and
// per hold and conversation whose retention ran out.
struct HoldConflict {
  HoldId hold;
  std::optional<ErasureId> erasure;            // nothing: retention wanted it
  std::optional<ErasureScope> asked;           // what the erasure is of
  std::optional<ConversationId> conversation;  // of the message, for retention and for one message of an erasure
  std::optional<MessageId> message;            // the first that stayed
  bool operator==(const HoldConflict&) const = default;
};
// Somebody with the audit scope looked at what only that scope may see.
struct QueryContent {
  std::string query;
  bool operator==(const QueryContent&) const = default;
};
struct AuditRead {
  UserId user;         // the reader
  std::string action;  // a word: "audit.query", "events.read", "history.as_of", "proof.read", "trace.read"
  std::optional<ConversationId> conversation;  // what it was about
  std::optional<MessageId> message;
  UserId about;  // "" for nobody in particular
  std::optional<QueryContent> content;
  bool operator==(const AuditRead&) const = default;
};

// An operator started a damaged log with --accept-loss-after: everything above `after` is gone for good.
struct LossAccepted {
  Position after;
  std::uint32_t epoch = 0;
  bool operator==(const LossAccepted&) const = default;
};

using EventBody =
    std::variant<ConversationCreated, ConversationUpdated, ConversationClosed, MemberAdded, MemberRemoved,
                 MemberRoleChanged, MessageSent, MessageEdited, MessageDeleted, MessageExpired, ReactionAdded,
                 ReactionRemoved, ReadAdvanced, DeliveredAdvanced, UnreadMarked, ConversationFlagged, ProfileUpdated,
                 UserBlocked, UserUnblocked, UserSeen, NotificationDue, SendScheduled, ScheduleCancelled, FileUploaded,
                 FileCollected, LossAccepted, MessageErased, ConversationErased, UserErased, ErasureRequested,
                 ErasureCompleted, HoldPlaced, HoldReleased, HoldConflict, AuditRead>;

// What the conversation's members may know of: these take its version. All else belongs to one user or the system.
template <class Body>
concept ConversationEvent = requires(const Body& body) { body.facts; } || std::is_same_v<Body, ConversationCreated> ||
                            std::is_same_v<Body, ConversationUpdated> || std::is_same_v<Body, ConversationClosed> ||
                            std::is_same_v<Body, MemberAdded> || std::is_same_v<Body, MemberRemoved> ||
                            std::is_same_v<Body, MemberRoleChanged> || std::is_same_v<Body, ReactionAdded> ||
                            std::is_same_v<Body, ReactionRemoved> || std::is_same_v<Body, ConversationErased>;
// A user's own place in one conversation: read, delivered, marker, flags.
template <class Body>
concept PointerEvent = std::is_same_v<Body, ReadAdvanced> || std::is_same_v<Body, DeliveredAdvanced> ||
                       std::is_same_v<Body, UnreadMarked> || std::is_same_v<Body, ConversationFlagged>;

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
  std::uint16_t schema = 1;         // version of its type's schema, as stored
  std::optional<EventBody> body;    // nothing: a type this build does not know
};

}  // namespace hansard::domain
