// What administrators ask of erasures and holds, the steps the eraser proposes, and the record of audited reads.
#include "engine/domain/deciding.h"

namespace hansard::domain {
namespace {

// The server itself asks again for what was erased after the backup it was restored from.
bool is_admin(const Given& given) { return given.caller.admin || given.caller.server; }

Rejection needs_admin() { return reject(RejectionCode::forbidden, "Only an administrator does this."); }

// Of a message that was sent, or waits, or did.
MessageFacts facts_of(const Given& given, const MessageId& id) {
  const auto message = given.state.message(id);
  return message ? message->facts : given.state.scheduled(id)->draft;
}

// The hold that forbids an erasure as a whole. Messages of a user or conversation are looked at one by one, later.
struct WholeHold {
  const Given& given;

  std::optional<HoldId> first(const HoldScope& scope) const {
    const auto holds = given.state.holds_on(scope);
    return holds.empty() ? std::nullopt : std::optional(holds.front());
  }
  std::optional<HoldId> operator()(const MessageId& id) const { return hold_on(given, facts_of(given, id)); }
  std::optional<HoldId> operator()(const UserId& user) const { return first(user); }
  std::optional<HoldId> operator()(const ConversationId& id) const { return first(id); }
};

// Why there is nothing to erase.
struct CheckThere {
  const Given& given;

  std::optional<Rejection> operator()(const MessageId& id) const {
    const auto message = given.state.message(id);
    const auto draft = given.state.scheduled(id);
    if (!message && !draft) return not_found();
    const bool is_erased = message ? message->status == MessageStatus::erased : draft->status == ScheduleStatus::erased;
    return is_erased ? std::optional(gone("The message was erased.")) : std::nullopt;
  }
  // Users are whatever tokens say: somebody who did nothing yet is erased at once.
  std::optional<Rejection> operator()(const UserId&) const { return std::nullopt; }
  std::optional<Rejection> operator()(const ConversationId& id) const {
    const auto conversation = given.state.conversation(id);
    if (!conversation) return not_found();
    if (conversation->erased) return gone("The conversation was erased.");
    return std::nullopt;
  }
};

// One message is named with its conversation.
HoldConflict conflict_over(const Given& given, const HoldId& hold, const RequestErasure& command) {
  HoldConflict conflict{hold, command.id, command.scope, {}, {}};
  if (const auto* id = std::get_if<MessageId>(&command.scope)) {
    conflict.message = *id;
    conflict.conversation = facts_of(given, *id).conversation;
  }
  return conflict;
}

// What is asked for by the server alone, of an erasure that goes on.
std::optional<ErasureState> open_erasure(const Given& given, const ErasureId& id) {
  if (!given.caller.server) return std::nullopt;
  auto erasure = given.state.erasure(id);
  if (!erasure || erasure->completed) return std::nullopt;
  return erasure;
}

Rejection kept() { return reject(RejectionCode::legal_hold, "A legal hold keeps it."); }

// What is kept, and of which erasure; the conflict is recorded once per hold and erasure.
Decision keep(const Given& given, const HoldId& hold, const ErasureId& id, const ErasureScope& asked,
              const ConversationId& conversation = {}, std::optional<MessageId> message = std::nullopt) {
  if (given.state.has_conflict(hold, id)) return kept();
  const auto where = conversation == ConversationId{} ? std::nullopt : std::optional(conversation);
  return changed(HoldConflict{hold, id, asked, where, message}, conversation, message);
}

// What waits for its time is cancelled, as its author would; what was cancelled need not be.
Decision erase_scheduled(const Given& given, const EraseMessage& command, const ErasureScope& asked) {
  const auto scheduled = given.state.scheduled(command.message);
  if (!scheduled) return not_found();
  const MessageFacts& draft = scheduled->draft;
  if (scheduled->status == ScheduleStatus::erased) return unchanged(draft.conversation, draft.message);
  const auto hold = hold_on(given, draft);
  if (hold) return keep(given, *hold, command.erasure, asked, draft.conversation, draft.message);
  if (scheduled->status != ScheduleStatus::waiting) return unchanged(draft.conversation, draft.message);
  return changed(ScheduleCancelled{draft.conversation, draft.message, draft.author, "The message was erased."},
                 draft.conversation, draft.message);
}

// The first hold on a message that still says something and carries the file.
std::optional<HoldId> hold_on_carriers(const Given& given, const std::vector<MessageId>& carriers) {
  for (const MessageId& id : carriers) {
    const auto message = given.state.message(id);
    if (!message || message->status == MessageStatus::erased) continue;
    if (auto hold = hold_on(given, message->facts)) return hold;
  }
  return std::nullopt;
}

}  // namespace

Decision decide_one(const Given& given, const RequestErasure& command) {
  if (!is_admin(given)) return needs_admin();
  if (auto rejection = std::visit(CheckThere{given}, command.scope)) return *std::move(rejection);
  if (const auto hold = std::visit(WholeHold{given}, command.scope)) {
    return changed(conflict_over(given, *hold, command), {});
  }
  Accepted accepted = changed(ErasureRequested{command.id, command.scope, ReasonContent{command.reason}}, {});
  accepted.created = true;
  return accepted;
}

Decision decide_one(const Given& given, const PlaceHold& command) {
  if (!is_admin(given)) return needs_admin();
  if (const auto* conversation = std::get_if<ConversationId>(&command.scope)) {
    if (auto rejection = CheckThere{given}(*conversation)) return *std::move(rejection);
  }
  Accepted accepted = changed(HoldPlaced{command.id, command.scope, ReasonContent{command.reason}}, {});
  accepted.created = true;
  return accepted;
}

Decision decide_one(const Given& given, const ReleaseHold& command) {
  if (!is_admin(given)) return needs_admin();
  const auto hold = given.state.hold(command.id);
  if (!hold) return not_found();
  if (hold->released) return unchanged({});
  return changed(HoldReleased{command.id, hold->scope, ReasonContent{command.reason}}, {});
}

Decision decide_one(const Given& given, const EraseMessage& command) {
  const auto message = given.state.message(command.message);
  const auto erasure = open_erasure(given, command.erasure);
  if (!erasure) return not_found();
  if (!message) return erase_scheduled(given, command, erasure->scope);
  const MessageFacts& facts = message->facts;
  if (message->status == MessageStatus::erased) return unchanged(facts.conversation, facts.message);
  const auto hold = hold_on(given, facts);
  if (hold) return keep(given, *hold, command.erasure, erasure->scope, facts.conversation, facts.message);
  return changed(MessageErased{facts, command.erasure}, facts.conversation, facts.message);
}

// One event without an emoji takes back all he ever put there, also what does not stand any more: it is what makes the
// fold of a log without his emojis that of a log with them.
Decision decide_one(const Given& given, const WithdrawReactions& command) {
  const auto erasure = open_erasure(given, command.erasure);
  const auto message = given.state.message(command.message);
  if (!erasure || !message || !std::holds_alternative<UserId>(erasure->scope)) return not_found();
  const UserId& user = std::get<UserId>(erasure->scope);
  const MessageFacts& facts = message->facts;
  if (message->status == MessageStatus::erased) return unchanged(facts.conversation, facts.message);
  auto holds = given.state.holds_on(facts.conversation);
  if (holds.empty()) holds = given.state.holds_on(user);
  if (!holds.empty()) {
    return keep(given, holds.front(), command.erasure, erasure->scope, facts.conversation, facts.message);
  }
  return changed(ReactionRemoved{facts.conversation, facts.message, facts.ordinal, user, std::nullopt},
                 facts.conversation, facts.message);
}

Decision decide_one(const Given& given, const EraseFile& command) {
  const auto erasure = open_erasure(given, command.erasure);
  const auto file = given.state.file(command.file);
  if (!erasure || !file || erasure->scope != ErasureScope(file->owner)) return not_found();
  if (file->collected) return unchanged({});
  const auto on_owner = given.state.holds_on(file->owner);
  const auto hold = on_owner.empty() ? hold_on_carriers(given, command.carriers) : std::optional(on_owner.front());
  if (hold) return keep(given, *hold, command.erasure, erasure->scope);
  return changed(FileCollected{file->owner, command.file}, {});
}

Decision decide_one(const Given& given, const EraseSubject& command) {
  const auto erasure = open_erasure(given, command.erasure);
  if (!erasure) return not_found();
  if (const auto* user = std::get_if<UserId>(&erasure->scope)) {
    if (!given.state.holds_on(*user).empty()) return kept();
    if (command.is_begun) return unchanged({});
    return changed(UserErased{*user, command.erasure}, {});
  }
  const auto* id = std::get_if<ConversationId>(&erasure->scope);
  if (!id) return unchanged({});
  if (given.state.conversation(*id)->erased) return unchanged(*id);
  if (!given.state.holds_on(*id).empty()) return kept();
  return changed(ConversationErased{*id, command.erasure}, *id);
}

Decision decide_one(const Given& given, const CompleteErasure& command) {
  if (!open_erasure(given, command.erasure)) return not_found();
  return changed(ErasureCompleted{command.erasure, command.messages, command.records, command.through}, {});
}

Decision decide_one(const Given& given, const RecordAuditRead& command) {
  if (!given.caller.audit) return reject(RejectionCode::forbidden, "Only the audit scope reads this.");
  return changed(AuditRead{given.caller.actor, command.action, command.conversation, command.message, command.about,
                           QueryContent{command.query}},
                 {});
}

}  // namespace hansard::domain
