// What timers propose. Each looks again whether its time has come: the proposal may be old, early or a repeat.
#include "engine/domain/message_content.h"
#include "engine/domain/posting.h"

namespace hansard::domain {
namespace {

bool has_run_out(const Given& given, const ConversationState& conversation, const MessageFacts& facts) {
  const std::uint64_t retention_ms = std::uint64_t{conversation.settings.retention_s} * 1'000;
  return retention_ms != 0 && elapsed_ms(facts.sent_at, given.now) >= retention_ms;
}

// The conflict is recorded once per hold and conversation.
Decision keep_from_expiring(const Given& given, const HoldId& hold, const MessageFacts& facts) {
  if (given.state.has_conflict(hold, facts.conversation)) return unchanged(facts.conversation, facts.message);
  return changed(HoldConflict{hold, {}, {}, facts.conversation, facts.message}, facts.conversation, facts.message);
}

// Why the author may not send it now.
std::optional<Rejection> check_due(const Given& given, const std::optional<Place>& place, const ConversationId& id) {
  if (!place) return not_found();
  if (place->conversation.closed) return closed(place->conversation);
  if (auto rejection = check_may_post(*place)) return rejection;
  if (auto rejection = check_slow_mode(given, *place, id)) return rejection;
  return check_not_blocked(given, *place);
}

// He has blocked who wrote to him alone.
bool is_unwanted(const Given& given, const ConversationState& conversation, const MessageFacts& facts) {
  return conversation.type == ConversationType::direct && given.state.blocks(given.caller.actor, facts.author);
}

bool wants_notice(const Given& given, const MessageFacts& facts) {
  const auto reader = given.state.reader(facts.conversation, given.caller.actor);
  return !reader.muted && reader.read_up_to < facts.ordinal && reader.delivered_up_to < facts.ordinal;
}

}  // namespace

Decision decide_one(const Given& given, const ExpireMessage& command) {
  if (!given.caller.server) return not_found();
  const auto message = given.state.message(command.message);
  if (!message) return not_found();
  const MessageFacts& facts = message->facts;
  const auto conversation = given.state.conversation(facts.conversation);
  const bool expires = message->status == MessageStatus::live && has_run_out(given, *conversation, facts);
  if (!expires) return unchanged(facts.conversation, facts.message);
  if (const auto hold = hold_on(given, facts)) return keep_from_expiring(given, *hold, facts);
  return changed(MessageExpired{facts}, facts.conversation, facts.message);
}

Decision decide_one(const Given& given, const SendDue& command) {
  if (!given.caller.server) return not_found();
  const auto waiting = given.state.waiting(command.message);
  if (!waiting || waiting->draft.author != given.caller.actor) return not_found();
  MessageFacts facts = waiting->draft;
  if (waiting->send_at > given.now) return unchanged(facts.conversation, facts.message);
  auto content = given.state.message_content(waiting->scheduled);
  const auto place = member_place(given, facts.conversation);
  auto no = check_due(given, place, facts.conversation);
  if (!no && facts.reply_to && !may_see(*place, facts.reply_to_ordinal)) no = not_a_reply();
  if (!no && !content) no = gone("The message was erased.");
  if (!no && !has_all_files(given, *content)) no = gone("A file of the message is gone.");
  if (no) {
    return changed(ScheduleCancelled{facts.conversation, facts.message, facts.author, no->detail}, facts.conversation,
                   facts.message);
  }
  facts.ordinal = place->conversation.last_ordinal.next();
  facts.created_at = facts.sent_at = given.now;
  decide_counts(given, facts, *content);
  auto files = files_of(*content);
  return changed(MessageSent{facts, std::move(content), std::move(files), true}, facts.conversation, facts.message);
}

Decision decide_one(const Given& given, const NotifyMember& command) {
  if (!given.caller.server) return not_found();
  const auto found = message_place(given, command.message);
  if (!found) return not_found();
  const MessageFacts& facts = found->message.facts;
  const bool due = found->message.status == MessageStatus::live && facts.type != MessageType::system &&
                   facts.author != given.caller.actor && !found->place.conversation.closed &&
                   !is_unwanted(given, found->place.conversation, facts) && wants_notice(given, facts);
  if (!due) return unchanged(facts.conversation, facts.message);
  return changed(NotificationDue{facts.conversation, facts.message, facts.ordinal, given.caller.actor},
                 facts.conversation, facts.message);
}

}  // namespace hansard::domain
