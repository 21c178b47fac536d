#include "projections/audit_fold.h"

#include "projections/posting_list.h"

namespace hansard::projections {

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

template <class Body>
AuditSubject subject_of_body(const Body& body) {
  AuditSubject subject;
  if constexpr (requires { body.facts.message; }) {
    subject = {known(body.facts.conversation), known(body.facts.message)};
  } else if constexpr (requires { body.draft.message; }) {
    subject = {known(body.draft.conversation), known(body.draft.message)};
  } else {
    if constexpr (requires { known(body.conversation); }) subject.conversation = known(body.conversation);
    if constexpr (requires { known(body.message); }) subject.message = known(body.message);
  }
  return subject;
}
}  // namespace

AuditSubject subject_of(const domain::RecordedEvent& event) {
  if (!event.body) return {};
  return std::visit([](const auto& body) { return subject_of_body(body); }, *event.body);
}

Key actor_list(const UserId& actor) { return Key('A').user(actor.value); }
Key conversation_list(const ConversationId& conversation) { return Key('C').raw(conversation.view()); }
Key type_list(std::uint16_t raw_type) {
  const char bytes[] = {static_cast<char>(raw_type >> 8), static_cast<char>(raw_type & 0xFF)};
  return Key('Y').raw({bytes, sizeof bytes});
}
Key message_postings(const MessageId& message) { return Key('M').raw(message.view()); }
Key message_posting_key(const MessageId& message, Position at) { return message_postings(message).down(at.value); }

base::Result<bool> apply_to_audit(const domain::RecordedEvent& event, RowBatch& rows) {
  append_posting(rows, actor_list(event.actor), event.position);
  append_posting(rows, type_list(event.raw_type), event.position);
  AuditSubject subject = subject_of(event);
  if (subject.conversation) append_posting(rows, conversation_list(*subject.conversation), event.position);
  if (subject.message) rows.insert(message_posting_key(*subject.message, event.position), "");
  return event.body.has_value();
}

}  // namespace hansard::projections
