#include "projections/audit_fold.h"

#include "engine/event_subject.h"
#include "projections/posting_list.h"

namespace hansard::projections {

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
  const engine::EventSubject subject = engine::subject_of(event);
  if (subject.conversation) append_posting(rows, conversation_list(*subject.conversation), event.position);
  if (subject.message) rows.append(message_posting_key(*subject.message, event.position), "");
  return event.body.has_value();
}

}  // namespace hansard::projections
