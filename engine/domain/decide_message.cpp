#include "engine/domain/message_content.h"
#include "engine/domain/posting.h"

namespace hansard::domain {
namespace {

std::optional<Place> place_to_send(const Given& given, const SendMessage& command) {
  const bool notice = given.caller.service && command.type == MessageType::system;
  return notice ? managed_place(given, command.conversation) : member_place(given, command.conversation);
}

bool is_same_draft(const Given& given, const SendMessage& command, const MessageFacts& facts) {
  return facts.conversation == command.conversation && facts.author == given.caller.actor &&
         facts.type == command.type && facts.sender_type == command.sender_type && facts.reply_to == command.reply_to &&
         !facts.forwarded_from && facts.created_at == command.origin_time.value_or(facts.sent_at);
}

// What was erased since cannot be compared and passes: a repeat has no effect anyway.
Decision decide_existing(const Given& given, const SendMessage& command, const MessageFacts& facts, Position said) {
  const auto content = given.state.message_content(said);
  const bool same = is_same_draft(given, command, facts) && (!content || says_the_same(*content, command.content));
  if (!same) return reject(RejectionCode::id_taken, "The id names something else.");
  Accepted accepted = unchanged(command.conversation, command.id);
  accepted.repeat = true;
  return accepted;
}

std::optional<Decision> decide_repeat(const Given& given, const SendMessage& command) {
  if (const auto sent = given.state.message(command.id)) {
    return decide_existing(given, command, sent->facts, sent->sent_position);
  }
  // It waits, or was cancelled: the id stays its own, so that what comes again does not bring it back.
  const auto scheduled = given.state.scheduled(command.id);
  if (!scheduled) return std::nullopt;
  if (command.send_at != scheduled->send_at) return reject(RejectionCode::id_taken, "The id names something else.");
  return decide_existing(given, command, scheduled->draft, scheduled->scheduled);
}

std::optional<Rejection> check_service_only(const Given& given, const SendMessage& command) {
  if (given.caller.service) return std::nullopt;
  if (command.type == MessageType::system) {
    return reject(RejectionCode::forbidden, "Only a service posts system messages.");
  }
  if (command.origin_time) return reject(RejectionCode::forbidden, "Only a service gives an origin_time.");
  return std::nullopt;
}

// A hidden message (settings.history) is answered like one that is not there.
std::optional<Rejection> find_reply(const Given& given, const Place& place, const SendMessage& command,
                                    MessageFacts& facts) {
  if (!command.reply_to) return std::nullopt;
  const auto target = given.state.message(*command.reply_to);
  if (!target || target->facts.conversation != command.conversation || !may_see(place, target->facts.ordinal)) {
    return not_a_reply();
  }
  facts.reply_to = command.reply_to;
  facts.reply_to_ordinal = target->facts.ordinal;
  return std::nullopt;
}

MessageFacts facts_of(const Given& given, const Place& place, const SendMessage& command) {
  MessageFacts facts = next_facts(given, place, command.conversation, command.id);
  facts.sender_type = command.sender_type;
  facts.type = command.type;
  facts.created_at = command.origin_time.value_or(given.now);
  return facts;
}

std::optional<Rejection> check_may_send(const Given& given, const Place& place, const SendMessage& command) {
  if (command.type == MessageType::system) return std::nullopt;
  if (auto rejection = check_may_post(place)) return rejection;
  const bool is_import = command.origin_time.has_value();
  return is_import || command.send_at ? std::nullopt : check_slow_mode(given, place, command.conversation);
}

std::optional<Rejection> check_schedule(const Given& given, const SendMessage& command) {
  const std::int64_t ahead_max_ms = std::int64_t{given.rules.schedule_ahead_days_max} * 86'400'000;
  if (command.origin_time || command.type == MessageType::system) {
    return reject(RejectionCode::invalid, "An import and a system message are not scheduled.");
  }
  if (*command.send_at <= given.now || command.send_at->ms - given.now.ms > ahead_max_ms) {
    return reject(RejectionCode::invalid, "send_at lies in the past or too far ahead.");
  }
  if (given.state.user(given.caller.actor).scheduled >= given.rules.scheduled_per_user_max) {
    return reject(RejectionCode::invalid, "Too many of your messages wait for their time.");
  }
  return std::nullopt;
}

// What an accepted send appends.
EventBody event_of(const SendMessage& command, MessageFacts facts, MessageContent content) {
  if (command.send_at) {
    facts.ordinal = {};
    return SendScheduled{std::move(facts), *command.send_at, std::move(content)};
  }
  auto files = files_of(content);
  return MessageSent{std::move(facts), std::move(content), std::move(files)};
}

}  // namespace

Decision decide_one(const Given& given, const SendMessage& command) {
  const auto place = place_to_send(given, command);
  if (!place) return not_found();
  if (command.client_made) {
    if (auto repeat = decide_repeat(given, command)) return *std::move(repeat);
  }
  if (place->conversation.closed) return closed(place->conversation);
  if (auto rejection = check_service_only(given, command)) return *std::move(rejection);
  if (auto rejection = check_may_send(given, *place, command)) return *std::move(rejection);
  if (auto rejection = check_not_blocked(given, *place)) return *std::move(rejection);
  auto facts = facts_of(given, *place, command);
  if (auto rejection = find_reply(given, *place, command, facts)) return *std::move(rejection);
  auto content = command.content;
  if (auto rejection = resolve_attachments(given, content)) return *std::move(rejection);
  if (auto rejection = check_content(given, command.type, content)) return *std::move(rejection);
  if (command.send_at) {
    if (auto rejection = check_schedule(given, command)) return *std::move(rejection);
  }
  decide_counts(given, facts, content);
  Accepted accepted =
      changed(event_of(command, std::move(facts), std::move(content)), command.conversation, command.id);
  accepted.created = true;
  return accepted;
}

}  // namespace hansard::domain
