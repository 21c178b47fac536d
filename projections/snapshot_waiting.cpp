// What waits for its time: scheduled messages and messages whose retention runs out.
#include <algorithm>
#include <set>

#include "projections/chat_snapshot.h"
#include "projections/keys.h"
#include "projections/retention.h"

namespace hansard::projections {

namespace {
constexpr std::size_t kHoldsPage = 1'000;
constexpr std::uint64_t kPassedMax = 10'000;
}  // namespace

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

// Whose messages a legal hold keeps.
struct ChatSnapshot::Held {
  std::set<ConversationId> conversations;
  std::set<UserId> users;
};

ChatSnapshot::Held ChatSnapshot::held() const {
  Held held;
  base::HoldId after{};
  for (bool more = true; more;) {
    const auto page = holds(after, kHoldsPage);
    more = page.size() == kHoldsPage;
    if (more) after = page.back().id;
    for (const HoldView& hold : page) {
      if (hold.released_at) continue;
      if (const auto* user = std::get_if<UserId>(&hold.scope)) held.users.insert(*user);
      if (const auto* id = std::get_if<ConversationId>(&hold.scope)) held.conversations.insert(*id);
    }
  }
  return held;
}

// Passes over at most kPassedMax messages that are not live or held; what it does not reach comes when the oldest live
// one has gone.
void ChatSnapshot::take_expirable(const ConversationId& id, Ordinal oldest, Timestamp now, std::size_t limit,
                                  const Held& held, std::vector<MessageId>& found) const {
  auto row = this->row<ConversationRow>(conversation_key(id));
  if (!row) return;
  const bool is_held = held.conversations.contains(id);
  std::set<UserId> held_here;
  const std::size_t found_max = found.size() + (is_held ? std::min<std::size_t>(limit, 1) : limit);
  const std::uint64_t end = std::min<std::uint64_t>(row->last_ordinal.value + 1, oldest.value + limit + kPassedMax);
  for (Ordinal ordinal = oldest; ordinal.value < end && found.size() < found_max; ordinal = ordinal.next()) {
    auto message = this->row<MessageRow>(newest_key(id, ordinal));
    if (!message || !message->view.content) continue;
    const auto& facts = message->view.facts;
    if (retention::due_at(facts.sent_at, row->settings) > now) return;
    const bool is_kept = held.users.contains(facts.author) && !held_here.insert(facts.author).second;
    if (!is_kept) found.push_back(facts.message);
  }
}

std::vector<MessageId> ChatSnapshot::expirable(Timestamp now, std::size_t limit) const {
  std::vector<MessageId> found;
  const auto due = expiring_conversations(now, limit);
  if (due.empty()) return found;
  const Held held = this->held();
  for (const auto& [id, oldest] : due) {
    if (found.size() == limit) break;
    take_expirable(id, oldest, now, limit - found.size(), held, found);
  }
  return found;
}

}  // namespace hansard::projections
