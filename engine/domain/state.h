// What a decision may look at: the sequencer's write index behind one interface, a plain map in tests.
#pragma once

#include <optional>

#include "engine/domain/events.h"
#include "engine/domain/values.h"

namespace hansard::domain {

// One per conversation, small: titles and metadata stay out; members are rows of their own.
struct ConversationState {
  ConversationType type = ConversationType::group;
  bool closed = false;
  UserId created_by;
  Version version;           // last of the stream
  Version settings_version;  // of the last settings, title or metadata change
  Ordinal last_ordinal;
  std::uint32_t member_count = 0;
  Settings settings;
  Position content_position;  // of the event that holds the present title and metadata
  bool operator==(const ConversationState&) const = default;
};

struct MemberState {
  Role role = Role::member;
  Ordinal joined_after;  // last ordinal when the latest membership began
  Timestamp last_sent;   // for slow mode
  bool operator==(const MemberState&) const = default;
};

enum class MessageStatus : std::uint8_t { live = 1, deleted = 2, expired = 3, erased = 4 };

struct MessageState {
  MessageFacts facts;
  MessageStatus status = MessageStatus::live;
  Version version;         // the conversation version of the message's own last change
  Position sent_position;  // of message.sent
  Position position;       // of its last change
  bool operator==(const MessageState&) const = default;
};

// A user's own pointers in one conversation. Pointers only rise.
struct ReaderState {
  Ordinal read_up_to;
  Ordinal delivered_up_to;
  std::optional<Ordinal> marked_from;
  bool archived = false;
  bool muted = false;
  bool pinned = false;
  bool operator==(const ReaderState&) const = default;
};

// Thread: the caller's one thread. Values, never references: nothing to outlive.
class StateReader {
 public:
  virtual ~StateReader() = default;
  virtual std::optional<ConversationState> conversation(const ConversationId& id) const = 0;
  virtual std::optional<MemberState> member(const ConversationId& id, const UserId& user) const = 0;
  virtual std::optional<MessageState> message(const MessageId& id) const = 0;
  virtual ReaderState reader(const ConversationId& id, const UserId& user) const = 0;
  // Last version of any stream; 0 when there is none.
  virtual Version stream_version(const base::StreamId& stream) const = 0;
  // Content is not state: it is read back from the event that holds it, which only edits, updates and repeats of a
  // client-made id need. Nothing: erased.
  virtual std::optional<MessageContent> message_content(Position sent_or_edited) const = 0;
  virtual std::optional<ConversationContent> conversation_content(Position created_or_updated) const = 0;
};

class StateWriter : public StateReader {
 public:
  virtual void put_conversation(const ConversationId& id, ConversationState state) = 0;
  virtual void put_member(const ConversationId& id, const UserId& user, std::optional<MemberState> state) = 0;
  virtual void put_message(const MessageId& id, MessageState state) = 0;
  virtual void put_reader(const ConversationId& id, const UserId& user, ReaderState state) = 0;
  virtual void put_stream_version(const base::StreamId& stream, Version version) = 0;
};

}  // namespace hansard::domain
