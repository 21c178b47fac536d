// The law of unread.h as of a position. What is sent never changes, so its sets are the present's, cut at the last
// ordinal of then; what departed and who is mentioned did change, and each candidate is looked at.
#include <algorithm>

#include "projections/chat_past.h"
#include "projections/keys.h"
#include "projections/unread.h"

namespace hansard::projections {

namespace {
// The members of a scatter above `base`, up to `last`.
void collect(const RowSource& source, RowCursor& at, const Key& set, Ordinal base, Ordinal last,
             std::vector<Ordinal>& found) {
  for (at.seek(leaf_key(set, block_of(base))); at.at(set) && block_of_leaf_key(at.key()) <= block_of(last); at.next()) {
    Leaf leaf;
    if (!leaf.decode(at.value())) source.damaged(at.key());
    for (std::uint64_t offset = 0; offset < kBlockOrdinals; ++offset) {
      Ordinal ordinal{leaf.block * kBlockOrdinals + offset};
      if (ordinal > base && ordinal <= last && leaf.has(ordinal)) found.push_back(ordinal);
    }
  }
}
}  // namespace

std::optional<ChatPast::Reading> ChatPast::reading(const ConversationId& id, const UserId& user) const {
  auto then = this->then(id);
  const auto place = this->place(id, user);
  if (!then || !place) return std::nullopt;
  ReaderView reader = pointers(id, user, at_);
  // Without a marker the pointer is above what is hidden: who joins has read what was there.
  const Ordinal hidden = reader.marked_from ? hidden_through(id, *place) : Ordinal{};
  Ordinal base = unread::base_of(reader, hidden);
  return Reading{*std::move(then), user, reader, base};
}

Ordinal ChatPast::hidden_through(const ConversationId& id, const PastPlaceRow& place) const {
  const auto conversation = this->conversation(id);
  return conversation ? domain::hidden_through(conversation->settings, place.joined_after) : Ordinal{};
}

std::uint64_t ChatPast::sent_between(const Key& set, const Reading& reading) const {
  return sequence_above(*rows_, cursor(), set, reading.base) -
         sequence_above(*rows_, cursor(), set, reading.then.last_ordinal);
}

std::uint64_t ChatPast::departed_of_others(const Reading& reading) const {
  const Then& then = reading.then;
  if (then.row.departed_up_to <= reading.base) return 0;
  std::uint64_t departed = 0;
  Leaf own;
  bool loaded = false;
  Key first = departure_key(then.id, reading.base.next());
  std::string_view prefix = first.view().substr(0, 17);
  RowCursor& at = cursor();
  for (at.seek(first); at.at(prefix) && ordinal_of_departure_key(at.key()) <= then.last_ordinal; at.next()) {
    Ordinal ordinal = ordinal_of_departure_key(at.key());
    if (!loaded || own.block != block_of(ordinal)) {
      own = Leaf{block_of(ordinal), 0, sequence_block(*rows_, sent_set(then.id, reading.user), block_of(ordinal))};
      loaded = true;
    }
    departed += decoded<PositionRow>(at).position <= at_ && !own.has(ordinal) ? 1 : 0;
  }
  return departed;
}

std::uint64_t ChatPast::mentions(const Reading& reading) const {
  const Then& then = reading.then;
  std::vector<Ordinal> candidates;
  for (const Key& set : {mention_set(then.id, reading.user), past_mention_set(then.id, reading.user)}) {
    collect(*rows_, cursor(), set, reading.base, then.last_ordinal, candidates);
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  return static_cast<std::uint64_t>(std::count_if(candidates.begin(), candidates.end(), [&](Ordinal ordinal) {
    auto messages = message_range(then, ordinal, {ordinal.value - 1});
    if (messages.empty()) return false;
    auto users = unread::counted_mentions(messages.front().facts, messages.front().content);
    return std::ranges::binary_search(users, reading.user);
  }));
}

UnreadCount ChatPast::count(const Reading& reading) const {
  const Then& then = reading.then;
  if (then.last_ordinal <= reading.base) return {};
  std::uint64_t unread = then.last_ordinal.value - reading.base.value;
  unread -= sent_between(system_set(then.id), reading);
  unread -= sent_between(sent_set(then.id, reading.user), reading);
  unread -= departed_of_others(reading);
  return {unread, mentions(reading)};
}

UnreadCount ChatPast::unread(const ConversationId& id, const UserId& user) const {
  auto reading = this->reading(id, user);
  return reading ? count(*reading) : UnreadCount{};
}

// What did not count for the user in one block.
BlockBits ChatPast::silent_in_block(const Reading& reading, std::uint32_t block) const {
  const ConversationId& id = reading.then.id;
  Leaf silent{block, 0, sequence_block(*rows_, system_set(id), block)};
  BlockBits own = sequence_block(*rows_, sent_set(id, reading.user), block);
  for (std::size_t word = 0; word < own.size(); ++word) silent.bits[word] |= own[word];
  Key first = departure_key(id, {block * kBlockOrdinals});
  std::string_view prefix = first.view().substr(0, 17);
  RowCursor& at = cursor();
  for (at.seek(first); at.at(prefix) && block_of(ordinal_of_departure_key(at.key())) == block; at.next()) {
    if (decoded<PositionRow>(at).position <= at_) silent.set(ordinal_of_departure_key(at.key()), true);
  }
  return silent.bits;
}

Explain ChatPast::explain(const ConversationId& id, const UserId& user, std::size_t ordinals_max) const {
  Explain explain;
  auto reading = this->reading(id, user);
  if (!reading) return explain;
  explain.read_up_to = reading->reader.read_up_to;
  explain.marked_from = reading->reader.marked_from;
  explain.unread = count(*reading).unread;
  Leaf silent;
  bool loaded = false;
  for (Ordinal at = reading->base.next(); at <= reading->then.last_ordinal; at = at.next()) {
    if (explain.ordinals.size() == std::min<std::uint64_t>(ordinals_max, explain.unread)) break;
    if (!loaded || silent.block != block_of(at)) {
      silent = Leaf{block_of(at), 0, silent_in_block(*reading, block_of(at))};
      loaded = true;
    }
    if (!silent.has(at)) explain.ordinals.push_back(at);
  }
  explain.truncated = explain.ordinals.size() < explain.unread;
  return explain;
}

}  // namespace hansard::projections
