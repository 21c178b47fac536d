#include <algorithm>

#include "engine/domain/decide.h"

namespace hansard::domain {
void count_emoji(std::vector<EmojiCount>& counts, const std::string& emoji, bool added) {
  auto place = std::ranges::lower_bound(counts, emoji, {}, &EmojiCount::emoji);
  const bool there = place != counts.end() && place->emoji == emoji;
  if (added && !there) {
    counts.insert(place, {emoji, 1});
  } else if (added) {
    ++place->count;
  } else if (there && --place->count == 0) {
    counts.erase(place);
  }
}

namespace {

// An event of a conversation stream moves the conversation's version, whatever else it does. `change` gets the state
// to write; an event of a conversation that is not there has nothing to change.
template <class Change>
void change_conversation(StateWriter& state, const RecordedEvent& event, const ConversationId& id,
                         const Change& change) {
  auto conversation = state.conversation(id);
  if (!conversation) return;
  conversation->version = event.version;
  change(*conversation);
  state.put_conversation(id, *std::move(conversation));
}

UserId peer_of(const ConversationCreated& body) {
  for (const auto& entry : body.members) {
    if (entry.user != body.created_by) return entry.user;
  }
  return {};
}

void fold(StateWriter& state, const RecordedEvent& event, const ConversationCreated& body) {
  ConversationState conversation;
  conversation.type = body.type;
  conversation.created_by = body.created_by;
  conversation.version = event.version;
  conversation.settings_version = event.version;
  conversation.member_count = static_cast<std::uint32_t>(body.members.size());
  conversation.settings = body.settings;
  conversation.content_position = event.position;
  if (body.type == ConversationType::direct) conversation.peer = peer_of(body);
  state.put_conversation(body.conversation, std::move(conversation));
  for (const auto& entry : body.members) state.put_member(body.conversation, entry.user, MemberState{entry.role, {}});
}

void fold(StateWriter& state, const RecordedEvent& event, const ConversationUpdated& body) {
  change_conversation(state, event, body.conversation, [&](ConversationState& conversation) {
    conversation.settings = body.settings;
    conversation.settings_version = event.version;
    conversation.content_position = event.position;
  });
}

void fold(StateWriter& state, const RecordedEvent& event, const ConversationClosed& body) {
  change_conversation(state, event, body.conversation,
                      [](ConversationState& conversation) { conversation.closed = true; });
}

void join(StateWriter& state, const MemberAdded& body, const MemberEntry& entry) {
  state.put_member(body.conversation, entry.user, MemberState{entry.role, body.last_ordinal});
  auto reader = state.reader(body.conversation, entry.user);
  if (body.last_ordinal <= reader.read_up_to && !reader.marked_from) return;
  reader.read_up_to = std::max(reader.read_up_to, body.last_ordinal);
  reader.marked_from.reset();
  state.put_reader(body.conversation, entry.user, reader);
}

void fold(StateWriter& state, const RecordedEvent& event, const MemberAdded& body) {
  change_conversation(state, event, body.conversation, [&](ConversationState& conversation) {
    for (const auto& entry : body.members) {
      if (state.member(body.conversation, entry.user)) continue;
      join(state, body, entry);
      ++conversation.member_count;
    }
  });
}

void fold(StateWriter& state, const RecordedEvent& event, const MemberRemoved& body) {
  change_conversation(state, event, body.conversation, [&](ConversationState& conversation) {
    if (!state.member(body.conversation, body.user)) return;
    state.put_member(body.conversation, body.user, std::nullopt);
    --conversation.member_count;
  });
}

void fold(StateWriter& state, const RecordedEvent& event, const MemberRoleChanged& body) {
  change_conversation(state, event, body.conversation, [&](ConversationState&) {
    auto member = state.member(body.conversation, body.user);
    if (!member) return;
    member->role = body.role;
    state.put_member(body.conversation, body.user, member);
  });
}

// Only slow mode asks when a member last sent, so only there a send writes it down.
void note_sent(StateWriter& state, const ConversationState& conversation, const MessageFacts& facts) {
  if (conversation.settings.slow_mode_s == 0 || facts.type == MessageType::system) return;
  if (!state.member(facts.conversation, facts.author)) return;
  auto reader = state.reader(facts.conversation, facts.author);
  reader.last_sent = facts.sent_at;
  state.put_reader(facts.conversation, facts.author, reader);
}

void note_used(StateWriter& state, const RecordedEvent& event, const std::vector<FileId>& files) {
  for (const auto& id : files) {
    auto file = state.file(id);
    if (!file) continue;
    file->last_use = event.position;
    state.put_file(id, *std::move(file));
  }
}

// `stays`: what is kept of it.
void end_schedule(StateWriter& state, const MessageId& message, const UserId& author, bool stays) {
  auto waiting = state.waiting(message);
  if (!waiting) return;
  waiting->status = ScheduleStatus::cancelled;
  state.put_scheduled(message, stays ? std::move(waiting) : std::nullopt);
  auto user = state.user(author);
  --user.scheduled;
  state.put_user(author, user);
}

void fold(StateWriter& state, const RecordedEvent& event, const MessageSent& body) {
  note_used(state, event, body.files);
  if (body.was_scheduled) end_schedule(state, body.facts.message, body.facts.author, false);
  change_conversation(state, event, body.facts.conversation, [&](ConversationState& conversation) {
    conversation.last_ordinal = std::max(conversation.last_ordinal, body.facts.ordinal);
    note_sent(state, conversation, body.facts);
    state.put_message(body.facts.message,
                      MessageState{body.facts, MessageStatus::live, event.version, event.position, event.position});
  });
}

void change_message(StateWriter& state, const RecordedEvent& event, const MessageFacts& facts,
                    std::optional<MessageStatus> status) {
  change_conversation(state, event, facts.conversation, [&](ConversationState&) {
    auto message = state.message(facts.message);
    if (!message) return;
    message->status = status.value_or(message->status);
    message->version = event.version;
    message->position = event.position;
    state.put_message(facts.message, *std::move(message));
  });
}

void fold(StateWriter& state, const RecordedEvent& event, const MessageEdited& body) {
  change_message(state, event, body.facts, std::nullopt);
}

void fold(StateWriter& state, const RecordedEvent& event, const MessageDeleted& body) {
  change_message(state, event, body.facts, MessageStatus::deleted);
}

void fold(StateWriter& state, const RecordedEvent& event, const MessageExpired& body) {
  change_message(state, event, body.facts, MessageStatus::expired);
}

void count_emoji(StateWriter& state, const MessageId& message, const std::string& emoji, bool added) {
  auto counts = state.reactions(message);
  count_emoji(counts, emoji, added);
  state.put_reactions(message, std::move(counts));
}

void take_back_all(StateWriter& state, const MessageId& message, const UserId& user) {
  for (const auto& emoji : state.reactions_by(message, user)) count_emoji(state, message, emoji, false);
  state.put_reactions_by(message, user, {});
}

// A reaction whose emoji was erased leaves nothing; taken back without one means all of the user's.
template <class Reaction>
void fold_reaction(StateWriter& state, const RecordedEvent& event, const Reaction& body, bool added) {
  change_conversation(state, event, body.conversation, [&](ConversationState&) {
    if (!body.content && !added) return take_back_all(state, body.message, body.user);
    if (!body.content) return;
    auto own = state.reactions_by(body.message, body.user);
    const auto found = std::ranges::find(own, body.content->emoji);
    if (added == (found != own.end())) return;
    if (added) {
      own.push_back(body.content->emoji);
    } else {
      own.erase(found);
    }
    state.put_reactions_by(body.message, body.user, std::move(own));
    count_emoji(state, body.message, body.content->emoji, added);
  });
}

void fold(StateWriter& state, const RecordedEvent& event, const ReactionAdded& body) {
  fold_reaction(state, event, body, true);
}

void fold(StateWriter& state, const RecordedEvent& event, const ReactionRemoved& body) {
  fold_reaction(state, event, body, false);
}

void fold(StateWriter& state, const RecordedEvent& event, const ProfileUpdated& body) {
  auto user = state.user(body.user);
  user.profile = event.position;
  state.put_user(body.user, user);
}

void fold(StateWriter& state, const RecordedEvent&, const UserBlocked& body) {
  state.put_block(body.user, body.other, true);
}

void fold(StateWriter& state, const RecordedEvent&, const UserUnblocked& body) {
  state.put_block(body.user, body.other, false);
}

void fold(StateWriter& state, const RecordedEvent& event, const SendScheduled& body) {
  state.put_scheduled(body.draft.message, ScheduledState{body.draft, body.send_at, event.position});
  auto user = state.user(body.draft.author);
  ++user.scheduled;
  state.put_user(body.draft.author, user);
}

void fold(StateWriter& state, const RecordedEvent&, const ScheduleCancelled& body) {
  end_schedule(state, body.message, body.user, true);
}

void fold(StateWriter& state, const RecordedEvent& event, const FileUploaded& body) {
  state.put_file(body.file, FileState{body.user, body.size, false, event.position, {}});
}

void fold(StateWriter& state, const RecordedEvent&, const FileCollected& body) {
  auto file = state.file(body.file);
  if (!file) return;
  file->collected = true;
  state.put_file(body.file, *std::move(file));
}

void fold(StateWriter& state, const RecordedEvent&, const ReadAdvanced& body) {
  auto reader = state.reader(body.conversation, body.user);
  reader.read_up_to = std::max(reader.read_up_to, body.up_to);
  reader.marked_from.reset();
  state.put_reader(body.conversation, body.user, reader);
}

void fold(StateWriter& state, const RecordedEvent&, const DeliveredAdvanced& body) {
  auto reader = state.reader(body.conversation, body.user);
  reader.delivered_up_to = std::max(reader.delivered_up_to, body.up_to);
  state.put_reader(body.conversation, body.user, reader);
}

void fold(StateWriter& state, const RecordedEvent&, const UnreadMarked& body) {
  auto reader = state.reader(body.conversation, body.user);
  reader.marked_from = body.from;
  state.put_reader(body.conversation, body.user, reader);
}

void fold(StateWriter& state, const RecordedEvent&, const ConversationFlagged& body) {
  auto reader = state.reader(body.conversation, body.user);
  reader.archived = body.archived;
  reader.muted = body.muted;
  reader.pinned = body.pinned;
  state.put_reader(body.conversation, body.user, reader);
}

// Whoever reacted to it has nothing under it any more.
void drop_reactions(StateWriter& state, const MessageId& message) {
  if (state.reactions(message).empty()) return;
  for (const auto& user : state.reactors(message)) state.put_reactions_by(message, user, {});
  state.put_reactions(message, {});
}

void fold(StateWriter& state, const RecordedEvent& event, const MessageErased& body) {
  change_message(state, event, body.facts, MessageStatus::erased);
  drop_reactions(state, body.facts.message);
}

void fold(StateWriter& state, const RecordedEvent& event, const ConversationErased& body) {
  change_conversation(state, event, body.conversation,
                      [](ConversationState& conversation) { conversation.closed = conversation.erased = true; });
}

void fold(StateWriter& state, const RecordedEvent&, const ErasureRequested& body) {
  state.put_erasure(body.erasure, ErasureState{body.scope, false});
}

void note_draft_erased(StateWriter& state, const MessageId& message) {
  auto draft = state.scheduled(message);
  if (!draft || draft->status != ScheduleStatus::cancelled) return;
  draft->status = ScheduleStatus::erased;
  state.put_scheduled(message, std::move(draft));
}

void fold(StateWriter& state, const RecordedEvent&, const ErasureCompleted& body) {
  auto erasure = state.erasure(body.erasure);
  if (!erasure) return;
  erasure->completed = true;
  if (const auto* message = std::get_if<MessageId>(&erasure->scope)) note_draft_erased(state, *message);
  state.put_erasure(body.erasure, *std::move(erasure));
}

void fold(StateWriter& state, const RecordedEvent&, const HoldPlaced& body) {
  state.put_hold(body.hold, HoldState{body.scope, false});
  auto holds = state.holds_on(body.scope);
  holds.push_back(body.hold);
  state.put_holds_on(body.scope, std::move(holds));
}

void fold(StateWriter& state, const RecordedEvent&, const HoldReleased& body) {
  auto hold = state.hold(body.hold);
  if (!hold) return;
  auto holds = state.holds_on(hold->scope);
  std::erase(holds, body.hold);
  state.put_holds_on(hold->scope, std::move(holds));
  hold->released = true;
  state.put_hold(body.hold, *std::move(hold));
}

void fold(StateWriter& state, const RecordedEvent&, const HoldConflict& body) {
  if (body.erasure) return state.put_conflict(body.hold, *body.erasure);
  if (body.conversation) state.put_conflict(body.hold, *body.conversation);
}

void fold(StateWriter&, const RecordedEvent&, const UserErased&) {}
void fold(StateWriter&, const RecordedEvent&, const AuditRead&) {}
void fold(StateWriter&, const RecordedEvent&, const UserSeen&) {}
void fold(StateWriter&, const RecordedEvent&, const NotificationDue&) {}
void fold(StateWriter&, const RecordedEvent&, const LossAccepted&) {}

// The stream of a conversation is its id, so an unknown event's conversation is known all the same.
void fold_unknown(StateWriter& state, const RecordedEvent& event) {
  change_conversation(state, event, base::id_from_bytes<ConversationId>(event.stream.view()),
                      [](ConversationState&) {});
}

}  // namespace

void evolve(StateWriter& state, const RecordedEvent& event) {
  state.put_stream_version(event.stream, event.version);
  if (!event.body) return fold_unknown(state, event);
  std::visit([&](const auto& body) { fold(state, event, body); }, *event.body);
}

}  // namespace hansard::domain
