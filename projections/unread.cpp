#include "projections/unread.h"

#include <algorithm>
#include <bit>

#include "projections/ordinal_set.h"
#include "projections/past_fold.h"

namespace hansard::projections::unread {

namespace {
bool counts_at_all(const domain::MessageFacts& facts) { return facts.type != domain::MessageType::system; }

template <class Change>
void change_reader(Folding& folding, const ConversationId& id, const UserId& user, const Change& change) {
  Key key = reader_key(user, id);
  ReaderRow row = row_at<ReaderRow>(folding, key).value_or(ReaderRow{});
  change(row);
  put_row(folding, key, row);
  past::note_reader(folding, id, user, row.reader);
}

void set_mentions(Folding& folding, const domain::MessageFacts& facts, const std::vector<UserId>& users, bool member) {
  for (const UserId& user : users) {
    change_scatter(folding.rows, mention_set(facts.conversation, user), facts.ordinal, member);
  }
}

void unmention(Folding& folding, const domain::MessageFacts& facts, const std::vector<UserId>& users) {
  set_mentions(folding, facts, users, false);
  past::note_unmentioned(folding, facts, users);
}

void depart(Folding& folding, const domain::MessageFacts& facts) {
  past::note_departed(folding, facts);
  if (!counts_at_all(facts)) {
    return change_scatter(folding.rows, departed_system_set(facts.conversation), facts.ordinal, true);
  }
  change_scatter(folding.rows, departed_set(facts.conversation), facts.ordinal, true);
  change_scatter(folding.rows, departed_set(facts.conversation, facts.author), facts.ordinal, true);
}

bool was_live(const Folding& folding) { return folding.message->status == domain::MessageStatus::live; }
}  // namespace

std::vector<UserId> counted_mentions(const domain::MessageFacts& facts,
                                     const std::optional<domain::MessageContent>& content) {
  std::vector<UserId> users;
  if (!content || !counts_at_all(facts)) return users;
  for (const domain::Mention& mention : content->mentions) {
    if (mention.counts && mention.user != facts.author) users.push_back(mention.user);
  }
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  return users;
}

void fold(Folding&, const domain::ConversationCreated&) {}  // members start at 0, which is what no row means

void fold(Folding& folding, const domain::MemberAdded& body) {
  for (const domain::MemberEntry& entry : body.members) {
    Key key = reader_key(entry.user, body.conversation);
    ReaderRow row = row_at<ReaderRow>(folding, key).value_or(ReaderRow{});
    bool moves = row.reader.read_up_to < body.last_ordinal || row.reader.marked_from;
    if (row.member || !moves) continue;
    row.reader.read_up_to = std::max(row.reader.read_up_to, body.last_ordinal);
    row.reader.marked_from.reset();
    put_row(folding, key, row);
    past::note_reader(folding, body.conversation, entry.user, row.reader);
  }
}

void fold(Folding& folding, const domain::MessageSent& body) {
  const domain::MessageFacts& facts = body.facts;
  Key set = counts_at_all(facts) ? sent_set(facts.conversation, facts.author) : system_set(facts.conversation);
  append_to_sequence(folding.rows, set, facts.ordinal);
  set_mentions(folding, facts, counted_mentions(facts, body.content), true);
}

void fold(Folding& folding, const domain::MessageEdited& body) {
  if (!was_live(folding)) return;
  std::vector<UserId> now = counted_mentions(body.facts, body.content);
  std::vector<UserId> gone, come;
  const std::vector<UserId>& before = folding.message->mentioned;
  std::set_difference(before.begin(), before.end(), now.begin(), now.end(), std::back_inserter(gone));
  std::set_difference(now.begin(), now.end(), before.begin(), before.end(), std::back_inserter(come));
  unmention(folding, body.facts, gone);
  set_mentions(folding, body.facts, come, true);
}

namespace {
void fold_gone(Folding& folding, const domain::MessageFacts& facts) {
  if (!was_live(folding)) return;
  unmention(folding, facts, folding.message->mentioned);
  depart(folding, facts);
}
}  // namespace

void fold(Folding& folding, const domain::MessageDeleted& body) { fold_gone(folding, body.facts); }
void fold(Folding& folding, const domain::MessageExpired& body) { fold_gone(folding, body.facts); }
void fold(Folding& folding, const domain::MessageErased& body) { fold_gone(folding, body.facts); }

void fold(Folding& folding, const domain::ReadAdvanced& body) {
  folding.conversation.receipts = folding.event.position;
  change_reader(folding, body.conversation, body.user, [&](ReaderRow& row) {
    row.reader.marked_from.reset();
    if (body.up_to <= row.reader.read_up_to) return;
    row.reader.read_up_to = body.up_to;
    row.reader.read_at = folding.event.time;
    row.reader.read_position = folding.event.position;
  });
}

void fold(Folding& folding, const domain::DeliveredAdvanced& body) {
  folding.conversation.receipts = folding.event.position;
  change_reader(folding, body.conversation, body.user, [&](ReaderRow& row) {
    if (body.up_to <= row.reader.delivered_up_to) return;
    row.reader.delivered_up_to = body.up_to;
    row.reader.delivered_at = folding.event.time;
    row.reader.delivered_position = folding.event.position;
  });
}

void fold(Folding& folding, const domain::UnreadMarked& body) {
  change_reader(folding, body.conversation, body.user, [&](ReaderRow& row) { row.reader.marked_from = body.from; });
}

void fold(Folding& folding, const domain::ConversationFlagged& body) {
  change_reader(folding, body.conversation, body.user, [&](ReaderRow& row) {
    row.reader.archived = body.archived;
    row.reader.muted = body.muted;
    row.reader.pinned = body.pinned;
  });
}

Ordinal base_of(const ReaderView& reader, Ordinal hidden) {
  if (!reader.marked_from) return std::max(reader.read_up_to, hidden);
  return {std::max(reader.marked_from->value, hidden.value + 1) - 1};
}

UnreadCount count(const RowSource& source, RowCursor& rows, const Place& place) {
  const ConversationId& id = place.conversation;
  Ordinal base = place.base;
  if (place.row.last_ordinal <= base) return {};
  std::uint64_t unread = place.row.last_ordinal.value - base.value;
  unread -= sequence_above(source, rows, system_set(id), base);
  unread -= sequence_above(source, rows, sent_set(id, place.user), base);
  if (place.row.departed_up_to > base) {
    unread -= scatter_above(source, rows, departed_set(id), base);
    unread += scatter_above(source, rows, departed_set(id, place.user), base);
  }
  return {unread, scatter_above(source, rows, mention_set(id, place.user), base)};
}

namespace {
// What does not count for the user in one block.
BlockBits silent_in_block(const RowSource& source, const Place& place, std::uint32_t block) {
  BlockBits silent = sequence_block(source, system_set(place.conversation), block);
  BlockBits own = sequence_block(source, sent_set(place.conversation, place.user), block);
  BlockBits departed = scatter_block(source, departed_set(place.conversation), block);
  for (std::size_t word = 0; word < silent.size(); ++word) silent[word] |= own[word] | departed[word];
  return silent;
}
}  // namespace

std::vector<Ordinal> list(const RowSource& source, const Place& place, std::size_t ordinals_max) {
  std::vector<Ordinal> ordinals;
  Leaf silent;
  bool loaded = false;
  for (Ordinal at = place.base.next(); at <= place.row.last_ordinal; at = at.next()) {
    if (ordinals.size() == ordinals_max) break;
    if (!loaded || silent.block != block_of(at)) {
      silent = Leaf{block_of(at), 0, silent_in_block(source, place, block_of(at))};
      loaded = true;
    }
    if (!silent.has(at)) ordinals.push_back(at);
  }
  return ordinals;
}

}  // namespace hansard::projections::unread
