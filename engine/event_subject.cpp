#include "engine/event_subject.h"

#include <variant>

namespace hansard::engine {

namespace {
// An id that is there, or may be: domain bodies have both.
template <class Id>
std::optional<Id> known(const Id& id) {
  if (id.is_nil()) return std::nullopt;
  return id;
}
template <class Id>
std::optional<Id> known(const std::optional<Id>& id) {
  return id ? known(*id) : std::nullopt;
}

// A scope names one thing; a user is none of a subject's.
struct ScopeSubject {
  EventSubject operator()(const domain::ConversationId& conversation) const { return {conversation, {}}; }
  EventSubject operator()(const domain::MessageId& message) const { return {{}, message}; }
  EventSubject operator()(const domain::UserId&) const { return {}; }
};

template <class Body>
EventSubject subject_of_body(const Body& body) {
  EventSubject subject;
  if constexpr (requires { body.scope; }) {
    subject = std::visit(ScopeSubject{}, body.scope);
  } else if constexpr (requires { body.facts.message; }) {
    subject = {known(body.facts.conversation), known(body.facts.message)};
  } else if constexpr (requires { body.draft.message; }) {
    subject = {known(body.draft.conversation), known(body.draft.message)};
  } else {
    if constexpr (requires { known(body.conversation); }) subject.conversation = known(body.conversation);
    if constexpr (requires { known(body.message); }) subject.message = known(body.message);
  }
  return subject;
}

// What was asked for where nothing narrower is named: an erasure of a whole conversation that a hold forbade.
EventSubject subject_of_body(const domain::HoldConflict& body) {
  EventSubject subject{body.conversation, body.message};
  if (!body.asked) return subject;
  const EventSubject asked = std::visit(ScopeSubject{}, *body.asked);
  if (!subject.conversation) subject.conversation = asked.conversation;
  if (!subject.message) subject.message = asked.message;
  return subject;
}
}  // namespace

EventSubject subject_of(const domain::RecordedEvent& event) {
  if (!event.body) return {};
  return std::visit([](const auto& body) { return subject_of_body(body); }, *event.body);
}

}  // namespace hansard::engine
