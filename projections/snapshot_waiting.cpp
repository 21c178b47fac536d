// What waits for its time: scheduled messages and messages whose retention runs out.
#include "projections/chat_snapshot.h"
#include "projections/keys.h"
#include "projections/retention.h"

namespace hansard::projections {

std::optional<ScheduledView> ChatSnapshot::scheduled_message(const MessageId& id) const {
  auto row = this->row<ScheduledRow>(scheduled_key(id));
  if (!row) return std::nullopt;
  return std::move(row->message);
}

std::vector<ScheduledView> ChatSnapshot::scheduled(const UserId& author, const std::optional<ScheduledCursor>& after,
                                                   std::size_t limit) const {
  std::vector<ScheduledView> waiting;
  Key prefix = waiting_prefix(author);
  Key passed = after ? waiting_key(author, after->send_at, after->message) : prefix;
  RowCursor& at = cursor();
  at.seek(passed);
  if (after && at.valid() && at.key() == passed.view()) at.next();
  for (; waiting.size() < limit && at.at(prefix); at.next()) {
    if (auto message = scheduled_message(last_id_of_key<MessageId>(at.key()))) waiting.push_back(*std::move(message));
  }
  return waiting;
}

std::vector<DueSend> ChatSnapshot::due_sends(Timestamp until, const std::optional<ScheduledCursor>& after,
                                             std::size_t limit) const {
  std::vector<DueSend> due;
  Key passed = after ? due_send_key(after->send_at, after->message) : Key('X');
  RowCursor& at = cursor();
  at.seek(passed);
  if (after && at.valid() && at.key() == passed.view()) at.next();
  for (; due.size() < limit && at.at("X"); at.next()) {
    Timestamp send_at = time_of_due_key(at.key());
    if (send_at > until) break;
    due.push_back({last_id_of_key<MessageId>(at.key()), decoded<UserRow>(at).user, send_at});
  }
  return due;
}

std::vector<ExpiringConversation> ChatSnapshot::expiring(Timestamp now,
                                                         const std::optional<ExpiringConversation::Place>& from,
                                                         std::size_t limit) const {
  std::vector<ExpiringConversation> due;
  RowCursor& at = cursor();
  at.seek(from ? expiring_key(from->due, from->conversation) : Key('E'));
  for (; due.size() < limit && at.at("E"); at.next()) {
    ExpiringConversation::Place place{time_of_due_key(at.key()), last_id_of_key<ConversationId>(at.key())};
    if (place.due > now) break;
    due.push_back({place, decoded<OrdinalRow>(at).ordinal});
  }
  return due;
}

ExpirableStretch ChatSnapshot::expirable_in(const ConversationId& id, Ordinal from, Timestamp now,
                                            std::size_t ordinals_max) const {
  ExpirableStretch stretch{{}, from, true};
  auto row = this->row<ConversationRow>(conversation_key(id));
  if (!row || row->settings.retention_s == 0) return stretch;
  for (std::size_t looked = 0; stretch.end <= row->last_ordinal; stretch.end = stretch.end.next()) {
    stretch.is_whole = looked++ < ordinals_max;
    if (!stretch.is_whole) break;
    auto message = this->row<MessageRow>(newest_key(id, stretch.end));
    if (!message || !message->view.content) continue;
    auto& facts = message->view.facts;
    if (retention::due_at(facts.sent_at, row->settings) > now) break;
    stretch.messages.push_back({facts.message, std::move(facts.author), stretch.end});
  }
  return stretch;
}

}  // namespace hansard::projections
