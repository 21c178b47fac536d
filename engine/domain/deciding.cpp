#include "engine/domain/deciding.h"

namespace hansard::domain {

std::optional<Place> managed_place(const Given& given, const ConversationId& id) {
  auto conversation = given.state.conversation(id);
  if (!conversation) return std::nullopt;
  auto member = given.state.member(id, given.caller.actor);
  if (!member && !given.caller.service) return std::nullopt;
  return Place{*std::move(conversation), member};
}

std::optional<Place> member_place(const Given& given, const ConversationId& id) {
  auto place = managed_place(given, id);
  if (place && !place->member) return std::nullopt;
  return place;
}

std::optional<MessagePlace> message_place(const Given& given, const MessageId& id) {
  auto message = given.state.message(id);
  if (!message) return std::nullopt;
  auto place = member_place(given, message->facts.conversation);
  if (!place || !may_see(*place, message->facts.ordinal)) return std::nullopt;
  return MessagePlace{*std::move(place), *std::move(message)};
}

bool may_see(const Place& place, Ordinal ordinal) {
  return !place.member || ordinal > hidden_through(place.conversation.settings, place.member->joined_after);
}

bool is_elevated(Role role) { return role == Role::owner || role == Role::admin; }

bool may_moderate(const Place& place) {
  return is_elevated(place.member->role) && place.conversation.type != ConversationType::direct;
}

bool may_manage(const Given& given, const Place& place) {
  return given.caller.service || (place.member && is_elevated(place.member->role));
}

bool may_own(const Given& given, const Place& place) {
  return given.caller.service || (place.member && place.member->role == Role::owner);
}

Rejection reject(RejectionCode code, std::string detail) { return {code, std::move(detail)}; }

Rejection not_found() { return reject(RejectionCode::not_found, "There is no such thing here."); }

Rejection blocked() { return reject(RejectionCode::blocked, "The other person does not take messages from you."); }

std::optional<Rejection> check_not_blocked(const Given& given, const Place& place) {
  const ConversationState& conversation = place.conversation;
  if (conversation.type != ConversationType::direct) return std::nullopt;
  const UserId& other = conversation.peer == given.caller.actor ? conversation.created_by : conversation.peer;
  return given.state.blocks(other, given.caller.actor) ? std::optional(blocked()) : std::nullopt;
}

Rejection closed(const ConversationState& conversation) {
  if (conversation.erased) return gone("The conversation was erased.");
  return reject(RejectionCode::conversation_closed, "The conversation is closed for good.");
}

Rejection not_a_reply() {
  return reject(RejectionCode::invalid, "reply_to is not a message of this conversation.");
}

Rejection gone(std::string detail) { return reject(RejectionCode::gone, std::move(detail)); }

std::optional<HoldId> hold_on(const Given& given, const MessageFacts& facts) {
  auto holds = given.state.holds_on(facts.conversation);
  if (holds.empty()) holds = given.state.holds_on(facts.author);
  return holds.empty() ? std::nullopt : std::optional(holds.front());
}

Accepted unchanged(const ConversationId& conversation, std::optional<MessageId> message) {
  Accepted accepted;
  accepted.conversation = conversation;
  accepted.message = message;
  return accepted;
}

Accepted changed(EventBody event, const ConversationId& conversation, std::optional<MessageId> message) {
  Accepted accepted = unchanged(conversation, message);
  accepted.events.push_back(std::move(event));
  return accepted;
}

std::uint64_t elapsed_ms(Timestamp from, Timestamp to) {
  return to > from ? static_cast<std::uint64_t>(to.ms) - static_cast<std::uint64_t>(from.ms) : 0;
}

}  // namespace hansard::domain
