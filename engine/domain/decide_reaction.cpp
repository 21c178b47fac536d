#include <algorithm>

#include "engine/domain/deciding.h"

namespace hansard::domain {
namespace {

std::optional<Rejection> check_may_react(const MessagePlace& found) {
  if (found.place.conversation.closed) return closed(found.place.conversation);
  if (found.message.status == MessageStatus::erased) return reject(RejectionCode::gone, "The message was erased.");
  if (found.message.status != MessageStatus::live) {
    return reject(RejectionCode::message_deleted, "The message was deleted.");
  }
  if (found.place.member->role == Role::read_only) {
    return reject(RejectionCode::read_only, "You may only read here.");
  }
  return std::nullopt;
}

std::optional<Rejection> check_room(const Given& given, const React& command, std::size_t own) {
  if (own >= given.rules.emojis_per_user_max) {
    return reject(RejectionCode::invalid, "You have reacted to this message often enough.");
  }
  const auto counts = given.state.reactions(command.message);
  const bool known = std::ranges::find(counts, command.emoji, &EmojiCount::emoji) != counts.end();
  if (known || counts.size() < given.rules.emojis_per_message_max) return std::nullopt;
  return reject(RejectionCode::invalid, "The message has too many different reactions.");
}

}  // namespace

Decision decide_one(const Given& given, const React& command) {
  const auto found = message_place(given, command.message);
  if (!found) return not_found();
  if (auto rejection = check_may_react(*found)) return *std::move(rejection);
  const MessageFacts& facts = found->message.facts;
  const auto own = given.state.reactions_by(command.message, given.caller.actor);
  const bool has = std::ranges::find(own, command.emoji) != own.end();
  if (has == command.add) return unchanged(facts.conversation, facts.message);
  const ReactionContent content{command.emoji};
  if (!command.add) {
    return changed(ReactionRemoved{facts.conversation, facts.message, facts.ordinal, given.caller.actor, content},
                   facts.conversation, facts.message);
  }
  if (auto rejection = check_not_blocked(given, found->place)) return *std::move(rejection);
  if (auto rejection = check_room(given, command, own.size())) return *std::move(rejection);
  return changed(ReactionAdded{facts.conversation, facts.message, facts.ordinal, given.caller.actor, content},
                 facts.conversation, facts.message);
}

}  // namespace hansard::domain
