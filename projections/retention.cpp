#include "projections/retention.h"

#include "engine/base/check.h"
#include "projections/ordinal_set.h"

namespace hansard::projections::retention {

namespace {
// `oldest` 0: nothing waits for its end.
void place(Folding& folding, const ConversationId& id, Ordinal oldest, Timestamp sent_at) {
  ConversationRow& row = folding.conversation;
  if (row.oldest_expiring) folding.rows.erase(expiring_key(row.expires_at, id));
  row.oldest_expiring = oldest;
  row.expires_at = oldest ? due_at(sent_at, row.settings) : Timestamp{};
  if (oldest) put_row(folding, expiring_key(row.expires_at, id), OrdinalRow{oldest});
}

Leaf gone_in_block(const Folding& folding, const ConversationId& id, std::uint32_t block) {
  Leaf gone{block, 0, scatter_block(folding.rows, departed_set(id), block)};
  BlockBits system = scatter_block(folding.rows, departed_system_set(id), block);
  for (std::size_t word = 0; word < system.size(); ++word) gone.bits[word] |= system[word];
  return gone;
}

// The first live message from `at` on; 0: there is none.
Ordinal first_live(const Folding& folding, const ConversationId& id, Ordinal at) {
  std::optional<Leaf> gone;
  for (; at <= folding.conversation.last_ordinal; at = at.next()) {
    if (at > folding.conversation.departed_up_to) return at;
    if (!gone || gone->block != block_of(at)) gone = gone_in_block(folding, id, block_of(at));
    if (!gone->has(at)) return at;
  }
  return {};
}

void place_first_live(Folding& folding, const ConversationId& id, Ordinal from) {
  Ordinal oldest = first_live(folding, id, from);
  if (!oldest) return place(folding, id, {}, {});
  auto sent = row_at<SentRow>(folding, newest_key(id, oldest));
  CHECK(sent.has_value(), oldest.value);
  place(folding, id, oldest, sent->sent_at);
}
}  // namespace

void note_sent(Folding& folding, const domain::MessageFacts& facts) {
  const ConversationRow& row = folding.conversation;
  if (row.settings.retention_s == 0 || row.oldest_expiring) return;
  place(folding, facts.conversation, facts.ordinal, facts.sent_at);
}

void note_departed(Folding& folding, const domain::MessageFacts& facts) {
  if (folding.conversation.oldest_expiring != facts.ordinal) return;
  place_first_live(folding, facts.conversation, facts.ordinal.next());
}

void note_settings(Folding& folding, const ConversationId& id, std::uint32_t before_s) {
  const ConversationRow& row = folding.conversation;
  if (row.settings.retention_s == before_s) return;
  if (row.settings.retention_s == 0) return place(folding, id, {}, {});
  place_first_live(folding, id, row.oldest_expiring ? row.oldest_expiring : Ordinal{1});
}

}  // namespace hansard::projections::retention
