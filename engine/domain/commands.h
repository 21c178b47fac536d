// What somebody asks for. The edge has checked shapes and sizes; decide checks rules.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/domain/events.h"

namespace hansard::domain {

// Who asks. `subject` is authenticated by the token; `actor` is `subject`, or whom a service acts for.
struct Caller {
  UserId subject;
  UserId actor;
  bool service = false;
  bool audit = false;
  bool admin = false;
  bool server = false;  // the server itself: timers and presence. No token makes one; `subject` is empty
};

// Derived ids: the same pair or external id always gives the same conversation (UUIDv8 over SHA-256).
ConversationId direct_conversation_id(const UserId& a, const UserId& b);
// A service's external ids are global; an ordinary caller's are his own.
ConversationId external_conversation_id(const Caller& caller, std::string_view external_id);

struct CreateConversation {
  ConversationId id;  // derived, client-made or fresh; the edge fills it
  bool client_made = false;
  ConversationType type = ConversationType::group;
  std::string title;
  std::string metadata;
  std::string external_id;
  std::vector<UserId> members;  // the caller may be among them; he is the owner either way
  SettingsPatch settings;
};
struct UpdateConversation {
  ConversationId conversation;
  std::optional<std::string> title;
  std::optional<std::string> metadata;
  SettingsPatch settings;
  std::optional<Version> if_match;  // of the last settings, title or metadata change
};
struct CloseConversation {
  ConversationId conversation;
  std::optional<Version> if_match = std::nullopt;  // of the last settings, title or metadata change
};
// `notice`: the fresh id of the system message that tells of it; nothing: none is sent (quiet).
struct AddMembers {
  ConversationId conversation;
  std::vector<MemberEntry> members;
  std::optional<MessageId> notice = std::nullopt;
};
struct RemoveMember {
  ConversationId conversation;
  UserId user;
  std::optional<MessageId> notice = std::nullopt;
};
struct ChangeRole {
  ConversationId conversation;
  UserId user;
  Role role = Role::member;
};

struct SendMessage {
  ConversationId conversation;
  MessageId id;  // client-made or fresh; the edge fills it
  bool client_made = false;
  MessageType type = MessageType::text;
  std::string sender_type;
  MessageContent content;
  std::optional<MessageId> reply_to;
  std::optional<Timestamp> origin_time;             // service only
  bool quiet = false;                               // service only: no automatic system messages
  std::optional<Timestamp> send_at = std::nullopt;  // later than now: kept until then
};
// A copy of `message` into `conversation`, with its provenance.
struct ForwardMessage {
  MessageId message;
  ConversationId conversation;
  MessageId id;  // of the copy; client-made or fresh
  bool client_made = false;
};
struct EditMessage {
  MessageId message;
  std::string text;
  std::optional<std::string> metadata;  // absent: stays as it was
  std::vector<Mention> mentions;        // of the new text
  std::optional<Version> if_match;      // of the message's own last change
};
// Of a scheduled message: its author cancels it.
struct DeleteMessage {
  MessageId message;
  std::optional<Version> if_match;
};
struct React {
  MessageId message;
  std::string emoji;
  bool add = true;  // false: take it back
};

// `message` says how far where it is given (and then `conversation` may be nil), `up_to` otherwise.
struct Read {
  ConversationId conversation;
  Ordinal up_to;
  std::optional<MessageId> message;
};
struct Delivered {
  ConversationId conversation;
  Ordinal up_to;
};
struct MarkUnread {
  ConversationId conversation;
  Ordinal from;
};
// What is absent stays.
struct FlagConversation {
  ConversationId conversation;
  std::optional<bool> archived;
  std::optional<bool> muted;
  std::optional<bool> pinned;
};

// Upsert, by a service: the whole new profile.
struct PutProfile {
  UserId user;
  ProfileContent profile;
};
// The caller's own.
struct BlockUser {
  UserId user;
  bool blocked = true;
};
// The bytes are durable already.
struct RecordFile {
  FileId file;
  base::Digest sha256{};
  std::uint64_t size = 0;
  FileContent content;
};

// By the server alone (Caller::server); everybody else gets not_found. `actor` is whom it is about.
struct NoteSeen {
  Timestamp at;
};
struct ExpireMessage {
  MessageId message;
};
// The time of a scheduled message of the actor has come.
struct SendDue {
  MessageId message;
};
// Wake the actor up for a message he has not acknowledged.
struct NotifyMember {
  MessageId message;
};
// No message carries the file as of `seen`; a later use keeps it.
struct CollectFile {
  FileId file;
  Position seen;
};

// An administrator has content erased for good; the eraser does it (projections/process/eraser.h).
struct RequestErasure {
  ErasureId id;  // fresh; the edge fills it
  ErasureScope scope;
  std::string reason;
};
// An administrator's legal hold: while it stands, nothing of a conversation or of a user is erased or expires.
struct PlaceHold {
  HoldId id;  // fresh; the edge fills it
  HoldScope scope;
  std::string reason;
};
struct ReleaseHold {
  HoldId id;
  std::string reason;
};
// By the server alone: the steps of an erasure that was requested. All are idempotent.
// A message, or what waits to become one: that is cancelled.
struct EraseMessage {
  ErasureId erasure;
  MessageId message;
};
// What an erased user ever put under one message.
struct WithdrawReactions {
  ErasureId erasure;
  MessageId message;
};
// A file of an erased user, whoever carries it. Where a hold keeps one of `carriers`, it keeps the file.
struct EraseFile {
  ErasureId erasure;
  FileId file;
  std::vector<MessageId> carriers = {};  // every message that ever came with it
};
// The conversation or user itself, where the erasure is of one.
struct EraseSubject {
  ErasureId erasure;
  bool is_begun = false;  // there is a user.erased of it: only holds are looked at
};
struct CompleteErasure {
  ErasureId erasure;
  std::uint64_t messages = 0;
  std::uint64_t records = 0;
  Position through;
};
// By whoever has the audit scope: what he is about to be shown. The answer waits for it.
struct RecordAuditRead {
  std::string action;
  std::optional<ConversationId> conversation = std::nullopt;
  std::optional<MessageId> message = std::nullopt;
  UserId about = {};  // "" for nobody in particular
  std::string query;
};

// The order is part of every fingerprint: new ones go at the end.
using Command =
    std::variant<CreateConversation, UpdateConversation, CloseConversation, AddMembers, RemoveMember, ChangeRole,
                 SendMessage, EditMessage, DeleteMessage, Read, Delivered, MarkUnread, FlagConversation, ForwardMessage,
                 React, PutProfile, BlockUser, RecordFile, NoteSeen, ExpireMessage, SendDue, NotifyMember, CollectFile,
                 RequestErasure, PlaceHold, ReleaseHold, EraseMessage, WithdrawReactions, EraseFile, EraseSubject,
                 CompleteErasure, RecordAuditRead>;

// A canonical byte string of everything that makes the command what it is (not of ids the edge made up): the same
// request gives the same bytes whether it came over HTTP or a socket. Keyed and hashed it is the fingerprint.
std::string canonical_bytes(const Command& command);

}  // namespace hansard::domain
