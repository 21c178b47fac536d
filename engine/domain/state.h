// What a decision may look at: the sequencer's write index behind one interface, a plain map in tests.
#pragma once

#include <optional>
#include <string>
#include <vector>

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
  UserId peer = {};           // direct: the one who did not open it; "" otherwise
  bool erased = false;        // closed, too
  bool operator==(const ConversationState&) const = default;
};

struct MemberState {
  Role role = Role::member;
  Ordinal joined_after;  // last ordinal when the latest membership began
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

// What is a user's own in one conversation, also after he left. Pointers only rise.
struct ReaderState {
  Ordinal read_up_to;
  Ordinal delivered_up_to;
  std::optional<Ordinal> marked_from;
  bool archived = false;
  bool muted = false;
  bool pinned = false;
  Timestamp last_sent;  // for slow mode, which being added again does not end
  bool operator==(const ReaderState&) const = default;
};

// How often each emoji stands under one message, by the bytes of the emoji: an order that does not tell of reactions
// that were erased. Each count is above 0.
struct EmojiCount {
  std::string emoji;
  std::uint32_t count = 0;
  bool operator==(const EmojiCount&) const = default;
};
// A reaction more or less; what nobody uses any more leaves the list. Defined with evolve.
void count_emoji(std::vector<EmojiCount>& counts, const std::string& emoji, bool added);

struct FileState {
  UserId owner;
  std::uint64_t size = 0;
  bool collected = false;
  Position uploaded;  // of file.uploaded, which holds name and type
  Position last_use;  // of the last message.sent that carries it
  bool operator==(const FileState&) const = default;
};

// Of one that was sent there is no state: it is a message.
enum class ScheduleStatus : std::uint8_t { waiting = 1, cancelled = 2, erased = 3 };

// A message that waits for its time, or did; `scheduled` is the position of the event that holds its content.
struct ScheduledState {
  MessageFacts draft;
  Timestamp send_at;
  Position scheduled;
  ScheduleStatus status = ScheduleStatus::waiting;
  bool operator==(const ScheduledState&) const = default;
};

struct UserState {
  std::uint32_t scheduled = 0;  // messages that wait for their time
  Position profile;             // of the last profile.updated; 0 for none
  bool operator==(const UserState&) const = default;
};

struct ErasureState {
  ErasureScope scope;
  bool completed = false;
  bool operator==(const ErasureState&) const = default;
};

struct HoldState {
  HoldScope scope;
  bool released = false;
  bool operator==(const HoldState&) const = default;
};

// What a hold was in the way of, for conflicts that are noted once: a conversation's retention, or an erasure.
using HoldWanted = std::variant<ConversationId, ErasureId>;

// Thread: the caller's one thread. Values, never references: nothing to outlive.
class StateReader {
 public:
  virtual ~StateReader() = default;
  virtual std::optional<ConversationState> conversation(const ConversationId& id) const = 0;
  virtual std::optional<MemberState> member(const ConversationId& id, const UserId& user) const = 0;
  virtual std::optional<MessageState> message(const MessageId& id) const = 0;
  virtual ReaderState reader(const ConversationId& id, const UserId& user) const = 0;
  virtual std::vector<EmojiCount> reactions(const MessageId& id) const = 0;
  // The emojis of one user under one message, in the order they came.
  virtual std::vector<std::string> reactions_by(const MessageId& id, const UserId& user) const = 0;
  virtual bool blocks(const UserId& user, const UserId& other) const = 0;
  virtual std::optional<FileState> file(const FileId& id) const = 0;
  virtual std::optional<ScheduledState> scheduled(const MessageId& id) const = 0;
  // The same, where it waits.
  std::optional<ScheduledState> waiting(const MessageId& id) const {
    auto state = scheduled(id);
    return state && state->status == ScheduleStatus::waiting ? state : std::nullopt;
  }
  virtual UserState user(const UserId& id) const = 0;
  // Who has an emoji under the message, in any order. Slow: for erasures only.
  virtual std::vector<UserId> reactors(const MessageId& id) const = 0;
  virtual std::optional<ErasureState> erasure(const ErasureId& id) const = 0;
  virtual std::optional<HoldState> hold(const HoldId& id) const = 0;
  // Those that stand now, the oldest first.
  virtual std::vector<HoldId> holds_on(const HoldScope& scope) const = 0;
  virtual bool has_conflict(const HoldId& id, const HoldWanted& wanted) const = 0;
  // Last version of any stream; 0 when there is none.
  virtual Version stream_version(const base::StreamId& stream) const = 0;
  // Content is not state: it is read back from the event that holds it, which only edits, updates and repeats of a
  // client-made id need. Nothing: erased.
  virtual std::optional<MessageContent> message_content(Position sent_edited_or_scheduled) const = 0;
  virtual std::optional<ConversationContent> conversation_content(Position created_or_updated) const = 0;
  virtual std::optional<ProfileContent> profile_content(Position updated) const = 0;
  virtual std::optional<FileContent> file_content(Position uploaded) const = 0;
};

class StateWriter : public StateReader {
 public:
  virtual void put_conversation(const ConversationId& id, ConversationState state) = 0;
  virtual void put_member(const ConversationId& id, const UserId& user, std::optional<MemberState> state) = 0;
  virtual void put_message(const MessageId& id, MessageState state) = 0;
  virtual void put_reader(const ConversationId& id, const UserId& user, ReaderState state) = 0;
  virtual void put_reactions(const MessageId& id, std::vector<EmojiCount> counts) = 0;
  virtual void put_reactions_by(const MessageId& id, const UserId& user, std::vector<std::string> emojis) = 0;
  virtual void put_block(const UserId& user, const UserId& other, bool blocked) = 0;
  virtual void put_file(const FileId& id, FileState state) = 0;
  virtual void put_scheduled(const MessageId& id, std::optional<ScheduledState> state) = 0;
  virtual void put_user(const UserId& id, UserState state) = 0;
  virtual void put_erasure(const ErasureId& id, ErasureState state) = 0;
  virtual void put_hold(const HoldId& id, HoldState state) = 0;
  virtual void put_holds_on(const HoldScope& scope, std::vector<HoldId> holds) = 0;
  virtual void put_conflict(const HoldId& id, const HoldWanted& wanted) = 0;
  virtual void put_stream_version(const base::StreamId& stream, Version version) = 0;
};

}  // namespace hansard::domain
