// What somebody asks for. The edge has checked shapes and sizes; decide checks rules.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/domain/values.h"

namespace hansard::domain {

// Who asks. `subject` is authenticated by the token; `actor` is `subject`, or whom a service acts for.
struct Caller {
  UserId subject;
  UserId actor;
  bool service = false;
  bool audit = false;
  bool admin = false;
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
};
struct AddMembers {
  ConversationId conversation;
  std::vector<MemberEntry> members;
};
struct RemoveMember {
  ConversationId conversation;
  UserId user;
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
  std::optional<Timestamp> origin_time;  // service only
  bool quiet = false;                    // service only: no automatic system messages
};
struct EditMessage {
  MessageId message;
  std::string text;
  std::optional<std::string> metadata;  // absent: stays as it was
  std::vector<Mention> mentions;        // of the new text
  std::optional<Version> if_match;      // of the message's own last change
};
struct DeleteMessage {
  MessageId message;
  std::optional<Version> if_match;
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

using Command =
    std::variant<CreateConversation, UpdateConversation, CloseConversation, AddMembers, RemoveMember, ChangeRole,
                 SendMessage, EditMessage, DeleteMessage, Read, Delivered, MarkUnread, FlagConversation>;

// A canonical byte string of everything that makes the command what it is (not of ids the edge made up): the same
// request gives the same bytes whether it came over HTTP or a socket. Keyed and hashed it is the fingerprint.
std::string canonical_bytes(const Command& command);

}  // namespace hansard::domain
