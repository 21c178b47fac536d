#include "engine/domain/message_content.h"
#include "engine/domain/posting.h"

namespace hansard::domain {
namespace {

ForwardedFrom provenance_of(const MessagePlace& source) {
  const MessageFacts& facts = source.message.facts;
  if (facts.forwarded_from) return *facts.forwarded_from;
  const bool direct = source.place.conversation.type == ConversationType::direct;
  return {facts.message, direct ? ConversationId{} : facts.conversation, facts.author, facts.created_at};
}

std::optional<Rejection> check_source(const MessageState& source) {
  if (source.status == MessageStatus::erased) return reject(RejectionCode::gone, "The message was erased.");
  if (source.status != MessageStatus::live) {
    return reject(RejectionCode::message_deleted, "The message was deleted.");
  }
  if (source.facts.type == MessageType::system) {
    return reject(RejectionCode::invalid, "System messages are not forwarded.");
  }
  return std::nullopt;
}

std::optional<Rejection> check_target(const Given& given, const Place& target, const ConversationId& id) {
  if (target.conversation.closed) return closed(target.conversation);
  if (auto rejection = check_may_post(target)) return rejection;
  if (auto rejection = check_slow_mode(given, target, id)) return rejection;
  return check_not_blocked(given, target);
}

Decision decide_existing(const Given& given, const ForwardMessage& command, const MessageFacts& made,
                         const ForwardedFrom& from) {
  const bool same =
      made.author == given.caller.actor && made.conversation == command.conversation && made.forwarded_from == from;
  if (!same) return reject(RejectionCode::id_taken, "The id names something else.");
  Accepted accepted = unchanged(command.conversation, command.id);
  accepted.repeat = true;
  return accepted;
}

}  // namespace

Decision decide_one(const Given& given, const ForwardMessage& command) {
  const auto source = message_place(given, command.message);
  const auto target = member_place(given, command.conversation);
  if (!source || !target) return not_found();
  if (command.client_made) {
    const auto made = given.state.message(command.id);
    if (made) return decide_existing(given, command, made->facts, provenance_of(*source));
    if (given.state.scheduled(command.id)) return reject(RejectionCode::id_taken, "The id names something else.");
  }
  if (auto rejection = check_source(source->message)) return *std::move(rejection);
  if (auto rejection = check_target(given, *target, command.conversation)) return *std::move(rejection);
  auto content = given.state.message_content(source->message.position);
  if (!content) return reject(RejectionCode::gone, "The message was erased.");
  if (!has_all_files(given, *content)) return reject(RejectionCode::gone, "A file of the message is gone.");
  content->mentions.clear();
  MessageFacts facts = next_facts(given, *target, command.conversation, command.id);
  facts.type = source->message.facts.type;
  facts.forwarded_from = provenance_of(*source);
  auto files = files_of(*content);
  Accepted accepted =
      changed(MessageSent{std::move(facts), std::move(content), std::move(files)}, command.conversation, command.id);
  accepted.created = true;
  return accepted;
}

}  // namespace hansard::domain
