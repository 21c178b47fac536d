#include "engine/domain/message_content.h"

namespace hansard::domain {
namespace {

std::optional<Place> place_to_send(const Given& given, const SendMessage& command) {
  const bool notice = given.caller.service && command.type == MessageType::system;
  return notice ? managed_place(given, command.conversation) : member_place(given, command.conversation);
}

// What was erased since cannot be compared and passes: a repeat has no effect anyway.
bool is_same_send(const Given& given, const SendMessage& command, const MessageState& existing) {
  const MessageFacts& facts = existing.facts;
  if (facts.conversation != command.conversation || facts.author != given.caller.actor) return false;
  if (facts.type != command.type || facts.sender_type != command.sender_type) return false;
  if (facts.reply_to != command.reply_to) return false;
  if (facts.created_at != command.origin_time.value_or(facts.sent_at)) return false;
  const auto content = given.state.message_content(existing.sent_position);
  return !content || says_the_same(*content, command.content);
}

Decision decide_existing(const Given& given, const SendMessage& command, const MessageState& existing) {
  if (!is_same_send(given, command, existing)) return reject(RejectionCode::id_taken, "The id names something else.");
  Accepted accepted = unchanged(command.conversation, command.id);
  accepted.repeat = true;
  return accepted;
}

std::optional<Rejection> check_service_only(const Given& given, const SendMessage& command) {
  if (given.caller.service) return std::nullopt;
  if (command.type == MessageType::system) {
    return reject(RejectionCode::forbidden, "Only a service posts system messages.");
  }
  if (command.origin_time) return reject(RejectionCode::forbidden, "Only a service gives an origin_time.");
  return std::nullopt;
}

std::optional<Rejection> check_slow_mode(const Given& given, const Place& place) {
  const std::uint64_t pause_ms = std::uint64_t{place.conversation.settings.slow_mode_s} * 1'000;
  if (given.caller.service || is_elevated(place.member->role)) return std::nullopt;
  if (place.member->last_sent == Timestamp{} || given.now < place.member->last_sent) return std::nullopt;
  const std::uint64_t passed_ms = elapsed_ms(place.member->last_sent, given.now);
  if (passed_ms >= pause_ms) return std::nullopt;
  auto rejection = reject(RejectionCode::slow_mode, "The conversation is in slow mode.");
  rejection.retry_after_s = static_cast<std::uint32_t>((pause_ms - passed_ms + 999) / 1'000);
  return rejection;
}

std::optional<Rejection> check_may_post(const Given& given, const Place& place) {
  if (place.member->role == Role::read_only) return reject(RejectionCode::read_only, "You may only read here.");
  const bool admins_only = place.conversation.settings.who_may_post == WhoMayPost::admins;
  if (admins_only && !is_elevated(place.member->role)) {
    return reject(RejectionCode::read_only, "Only owners and admins post here.");
  }
  return check_slow_mode(given, place);
}

// A hidden message (settings.history) is answered like one that is not there.
std::optional<Rejection> find_reply(const Given& given, const Place& place, const SendMessage& command,
                                    MessageFacts& facts) {
  if (!command.reply_to) return std::nullopt;
  const auto target = given.state.message(*command.reply_to);
  if (!target || target->facts.conversation != command.conversation || !may_see(place, target->facts.ordinal)) {
    return reject(RejectionCode::invalid, "reply_to is not a message of this conversation.");
  }
  facts.reply_to = command.reply_to;
  facts.reply_to_ordinal = target->facts.ordinal;
  return std::nullopt;
}

MessageFacts new_facts(const Given& given, const Place& place, const SendMessage& command) {
  MessageFacts facts;
  facts.conversation = command.conversation;
  facts.message = command.id;
  facts.ordinal = place.conversation.last_ordinal.next();
  facts.author = given.caller.actor;
  facts.sender_type = command.sender_type;
  facts.type = command.type;
  facts.created_at = command.origin_time.value_or(given.now);
  facts.sent_at = given.now;
  return facts;
}

}  // namespace

Decision decide_one(const Given& given, const SendMessage& command) {
  const auto place = place_to_send(given, command);
  if (!place) return not_found();
  if (command.client_made) {
    if (const auto existing = given.state.message(command.id)) return decide_existing(given, command, *existing);
  }
  if (place->conversation.closed) return closed();
  if (auto rejection = check_service_only(given, command)) return *std::move(rejection);
  if (command.type != MessageType::system) {
    if (auto rejection = check_may_post(given, *place)) return *std::move(rejection);
  }
  auto facts = new_facts(given, *place, command);
  if (auto rejection = find_reply(given, *place, command, facts)) return *std::move(rejection);
  if (auto rejection = check_content(given, command.type, command.content)) return *std::move(rejection);
  auto content = command.content;
  decide_counts(given, facts, content);
  Accepted accepted = changed(MessageSent{std::move(facts), std::move(content)}, command.conversation, command.id);
  accepted.created = true;
  return accepted;
}

}  // namespace hansard::domain
