#include "engine/domain/deciding.h"

namespace hansard::domain {
namespace {

Rejection beyond_the_end() {
  return reject(RejectionCode::invalid, "The conversation does not have so many messages yet.");
}

Decision read_up_to(const Given& given, const Place& place, const ConversationId& id, Ordinal up_to,
                    std::optional<MessageId> message) {
  if (up_to > place.conversation.last_ordinal) return beyond_the_end();
  const auto reader = given.state.reader(id, given.caller.actor);
  const bool advances = up_to > reader.read_up_to;
  if (!advances && !reader.marked_from) return unchanged(id, message);
  // The marker is the reader's own: what takes it away says nothing that others could take for a receipt.
  return changed(ReadAdvanced{id, given.caller.actor, advances ? up_to : Ordinal{}}, id, message);
}

// What is above the pointer counts already; a marker there could only take messages out of the count. (Logs from before
// this rule have such markers: below one of those there is something to bring back.)
bool counts_already(const ReaderState& reader, Ordinal from) {
  return from > reader.read_up_to && (!reader.marked_from || from >= *reader.marked_from);
}

}  // namespace

Decision decide_one(const Given& given, const Read& command) {
  if (!command.message) {
    const auto place = member_place(given, command.conversation);
    if (!place) return not_found();
    return read_up_to(given, *place, command.conversation, command.up_to, std::nullopt);
  }
  const auto found = message_place(given, *command.message);
  if (!found) return not_found();
  const ConversationId id = found->message.facts.conversation;
  if (!command.conversation.is_nil() && command.conversation != id) return not_found();
  return read_up_to(given, found->place, id, found->message.facts.ordinal, command.message);
}

Decision decide_one(const Given& given, const Delivered& command) {
  const auto place = member_place(given, command.conversation);
  if (!place) return not_found();
  if (command.up_to > place->conversation.last_ordinal) return beyond_the_end();
  const auto reader = given.state.reader(command.conversation, given.caller.actor);
  if (command.up_to <= reader.delivered_up_to) return unchanged(command.conversation);
  return changed(DeliveredAdvanced{command.conversation, given.caller.actor, command.up_to}, command.conversation);
}

Decision decide_one(const Given& given, const MarkUnread& command) {
  const auto place = member_place(given, command.conversation);
  if (!place) return not_found();
  if (!command.from || command.from > place->conversation.last_ordinal || !may_see(*place, command.from)) {
    return reject(RejectionCode::invalid, "`from` is not the ordinal of a message.");
  }
  const auto reader = given.state.reader(command.conversation, given.caller.actor);
  const bool is_marked = reader.marked_from == command.from;
  if (is_marked || counts_already(reader, command.from)) return unchanged(command.conversation);
  return changed(UnreadMarked{command.conversation, given.caller.actor, command.from}, command.conversation);
}

Decision decide_one(const Given& given, const FlagConversation& command) {
  if (!member_place(given, command.conversation)) return not_found();
  const auto reader = given.state.reader(command.conversation, given.caller.actor);
  const ConversationFlagged flagged{command.conversation, given.caller.actor,
                                    command.archived.value_or(reader.archived), command.muted.value_or(reader.muted),
                                    command.pinned.value_or(reader.pinned)};
  const bool same =
      flagged.archived == reader.archived && flagged.muted == reader.muted && flagged.pinned == reader.pinned;
  return same ? unchanged(command.conversation) : changed(flagged, command.conversation);
}

}  // namespace hansard::domain
