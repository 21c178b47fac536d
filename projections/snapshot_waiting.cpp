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

std::vector<DueSend> ChatSnapshot::due_sends(Timestamp until, std::size_t limit) const {
  std::vector<DueSend> due;
  RowCursor& at = cursor();
  for (at.seek("X"); due.size() < limit && at.at("X"); at.next()) {
    Timestamp send_at = time_of_due_key(at.key());
    if (send_at > until) break;
    due.push_back({last_id_of_key<MessageId>(at.key()), decoded<UserRow>(at).user, send_at});
  }
  return due;
}

std::vector<std::pair<ConversationId, Ordinal>> ChatSnapshot::expiring_conversations(Timestamp now,
                                                                                     std::size_t limit) const {
  std::vector<std::pair<ConversationId, Ordinal>> due;
  RowCursor& at = cursor();
  for (at.seek("E"); due.size() < limit && at.at("E") && time_of_due_key(at.key()) <= now; at.next()) {
    due.emplace_back(last_id_of_key<ConversationId>(at.key()), decoded<OrdinalRow>(at).ordinal);
  }
  return due;
}

// Looks at `limit` messages from the oldest live one on; what it does not reach comes when that one has gone.
void ChatSnapshot::take_expirable(const ConversationId& id, Ordinal oldest, Timestamp now, std::size_t limit,
                                  std::vector<MessageId>& found) const {
  auto row = this->row<ConversationRow>(conversation_key(id));
  if (!row) return;
  std::uint64_t end = std::min<std::uint64_t>(row->last_ordinal.value + 1, oldest.value + limit);
  for (Ordinal ordinal = oldest; ordinal.value < end; ordinal = ordinal.next()) {
    auto message = this->row<MessageRow>(newest_key(id, ordinal));
    if (!message || !message->view.content) continue;
    if (retention::due_at(message->view.facts.sent_at, row->settings) > now) return;
    found.push_back(message->view.facts.message);
  }
}

std::vector<MessageId> ChatSnapshot::expirable(Timestamp now, std::size_t limit) const {
  std::vector<MessageId> found;
  for (const auto& [id, oldest] : expiring_conversations(now, limit)) {
    if (found.size() == limit) break;
    take_expirable(id, oldest, now, limit - found.size(), found);
  }
  return found;
}

}  // namespace hansard::projections
