#include "engine/domain/message_content.h"

namespace hansard::domain {
namespace {

bool has_passed(std::uint32_t window_s, const MessageFacts& facts, Timestamp now) {
  return window_s != 0 && elapsed_ms(facts.sent_at, now) > std::uint64_t{window_s} * 1'000;
}

bool is_author(const Given& given, const MessageState& message) { return message.facts.author == given.caller.actor; }

std::optional<Rejection> check_if_match(const std::optional<Version>& if_match, const MessageState& message) {
  if (!if_match || *if_match == message.version) return std::nullopt;
  return reject(RejectionCode::precondition_failed, "The message has changed since that version.");
}

constexpr const char* kErased = "The message was erased.";

std::optional<Rejection> check_author_may_edit(const Given& given, const MessagePlace& found) {
  const MessageState& message = found.message;
  if (!is_author(given, message)) return reject(RejectionCode::forbidden, "Only its author edits a message.");
  if (message.facts.type == MessageType::system) {
    return reject(RejectionCode::forbidden, "System messages are not edited.");
  }
  if (message.facts.forwarded_from) {
    return reject(RejectionCode::forbidden, "Forwarded messages are not edited.");
  }
  if (found.place.member->role == Role::read_only) {
    return reject(RejectionCode::read_only, "You may only read here.");
  }
  return check_not_blocked(given, found.place);
}

std::optional<Rejection> check_edit(const Given& given, const EditMessage& command, const MessagePlace& found) {
  const MessageState& message = found.message;
  if (found.place.conversation.closed) return closed(found.place.conversation);
  if (auto rejection = check_author_may_edit(given, found)) return rejection;
  if (message.status == MessageStatus::erased) return gone(kErased);
  if (message.status != MessageStatus::live) {
    return reject(RejectionCode::message_deleted, "The message was deleted.");
  }
  if (auto rejection = check_if_match(command.if_match, message)) return rejection;
  if (has_passed(found.place.conversation.settings.edit_window_s, message.facts, given.now)) {
    return reject(RejectionCode::edit_window_passed, "The time to edit this message has passed.");
  }
  return std::nullopt;
}

bool has_no_delete_window(const Given& given, const Place& place) { return given.caller.admin || may_moderate(place); }

std::optional<Rejection> check_delete(const Given& given, const DeleteMessage& command, const MessagePlace& found) {
  if (auto rejection = check_if_match(command.if_match, found.message)) return rejection;
  const auto window_s = found.place.conversation.settings.delete_window_s.value_or(given.rules.delete_window_s);
  if (!has_no_delete_window(given, found.place) && has_passed(window_s, found.message.facts, given.now)) {
    return reject(RejectionCode::delete_window_passed, "The time to delete this message has passed.");
  }
  return std::nullopt;
}

// What is not a message may be one that waits for its time.
Decision decide_cancel(const Given& given, const DeleteMessage& command) {
  const auto waiting = given.state.waiting(command.message);
  if (!waiting || waiting->draft.author != given.caller.actor) return not_found();
  const ConversationId& conversation = waiting->draft.conversation;
  return changed(ScheduleCancelled{conversation, command.message, given.caller.actor, ""}, conversation,
                 command.message);
}

}  // namespace

Decision decide_one(const Given& given, const EditMessage& command) {
  const auto found = message_place(given, command.message);
  if (!found) return not_found();
  if (auto rejection = check_edit(given, command, *found)) return *std::move(rejection);
  const MessageFacts& facts = found->message.facts;
  const auto before = given.state.message_content(found->message.position);
  if (!before) return gone(kErased);
  MessageContent after{command.text, command.metadata.value_or(before->metadata), command.mentions,
                       before->attachments};
  if (auto rejection = check_content(given, facts.type, after)) return *std::move(rejection);
  if (says_the_same(*before, after)) return unchanged(facts.conversation, facts.message);
  decide_counts(given, facts, *before, after);
  return changed(MessageEdited{facts, std::move(after)}, facts.conversation, facts.message);
}

Decision decide_one(const Given& given, const DeleteMessage& command) {
  const auto found = message_place(given, command.message);
  if (!found) return decide_cancel(given, command);
  const MessageFacts& facts = found->message.facts;
  if (found->place.conversation.closed) return closed(found->place.conversation);
  if (!is_author(given, found->message) && !may_moderate(found->place) && !given.caller.admin) {
    return reject(RejectionCode::forbidden, "Only its author, an owner or an admin deletes a message.");
  }
  if (found->message.status == MessageStatus::erased) return gone(kErased);
  if (found->message.status != MessageStatus::live) return unchanged(facts.conversation, facts.message);
  if (auto rejection = check_delete(given, command, *found)) return *std::move(rejection);
  return changed(MessageDeleted{facts}, facts.conversation, facts.message);
}

}  // namespace hansard::domain
