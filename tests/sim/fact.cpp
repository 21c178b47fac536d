// An event as the model sees it.
#include <string>
#include <variant>

#include "tests/sim/model.h"
#include "tests/sim/violation.h"

namespace hansard::sim {

namespace {
struct Reduce {
  Fact& fact;

  void facts(const domain::MessageFacts& of) const {
    fact.conversation = base::to_text(of.conversation);
    fact.message = base::to_text(of.message);
    fact.ordinal = of.ordinal.value;
    fact.author = of.author.value;
    fact.is_system = of.type == domain::MessageType::system;
  }
  void says(const domain::MessageContent& content) const {
    fact.text = content.text;
    for (const auto& mention : content.mentions) fact.mentions.push_back(mention.user.value);
  }
  void members(const std::vector<domain::MemberEntry>& entries) const {
    for (const auto& entry : entries) fact.users.push_back(entry.user.value);
  }
  template <class Pointer>
  void pointer(const Pointer& body, std::uint64_t ordinal) const {
    fact.conversation = base::to_text(body.conversation);
    fact.users = {body.user.value};
    fact.ordinal = ordinal;
  }
  template <class Reaction>
  void reaction(const Reaction& body) const {
    fact.conversation = base::to_text(body.conversation);
    fact.message = base::to_text(body.message);
    fact.ordinal = body.ordinal.value;
    fact.users = {body.user.value};
    if (body.content) fact.emoji = body.content->emoji;
  }

  void operator()(const domain::ConversationCreated& body) const {
    fact.conversation = base::to_text(body.conversation);
    fact.hides_history = body.settings.history == domain::History::from_join;
    fact.retention_s = body.settings.retention_s;
    members(body.members);
  }
  void operator()(const domain::MemberAdded& body) const {
    fact.conversation = base::to_text(body.conversation);
    fact.ordinal = body.last_ordinal.value;
    members(body.members);
  }
  void operator()(const domain::MemberRemoved& body) const {
    fact.conversation = base::to_text(body.conversation);
    fact.users = {body.user.value};
  }
  void operator()(const domain::MessageSent& body) const {
    facts(body.facts);
    if (body.content) says(*body.content);
    fact.was_scheduled = body.was_scheduled;
  }
  void operator()(const domain::SendScheduled& body) const {
    facts(body.draft);
    if (body.content) says(*body.content);
    fact.users = {body.draft.author.value};
    fact.send_at_ms = body.send_at.ms;
  }
  void operator()(const domain::ScheduleCancelled& body) const {
    fact.conversation = base::to_text(body.conversation);
    fact.message = base::to_text(body.message);
    fact.users = {body.user.value};
  }
  void operator()(const domain::AuditRead& body) const {
    fact.users = {body.user.value};
    if (body.content) fact.text = body.content->query;
  }
  void operator()(const domain::MessageExpired& body) const { facts(body.facts); }
  void operator()(const domain::MessageEdited& body) const {
    facts(body.facts);
    if (body.content) says(*body.content);
  }
  void operator()(const domain::MessageDeleted& body) const { facts(body.facts); }
  void operator()(const domain::ReactionAdded& body) const { reaction(body); }
  void operator()(const domain::ReactionRemoved& body) const { reaction(body); }
  void operator()(const domain::ReadAdvanced& body) const { pointer(body, body.up_to.value); }
  void operator()(const domain::DeliveredAdvanced& body) const { pointer(body, body.up_to.value); }
  void operator()(const domain::UnreadMarked& body) const { pointer(body, body.from.value); }
  void operator()(const domain::ConversationFlagged& body) const {
    pointer(body, 0);
    fact.archived = body.archived;
  }
  template <class Other>
  void operator()(const Other&) const {
    throw Violation("an event nobody asked for: " + std::string(domain::type_name(fact.type)));
  }
};
}  // namespace

Fact fact_of(const domain::RecordedEvent& event) {
  Fact fact;
  require(event.body.has_value(), "an event of an unknown type at", event.position.value);
  fact.type = domain::type_of(*event.body);
  fact.actor = event.actor.value;
  fact.version = event.version.value;
  fact.time_ms = event.time.ms;
  fact.command = event.command;
  std::visit(Reduce{fact}, *event.body);
  return fact;
}

}  // namespace hansard::sim
