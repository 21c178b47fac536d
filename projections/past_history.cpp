#include <algorithm>
#include <utility>

#include "projections/chat_past.h"
#include "projections/keys.h"
#include "projections/row_steps.h"
#include "projections/standing.h"

namespace hansard::projections {

namespace {
std::vector<ReactionView> shown(const std::vector<domain::EmojiCount>& counts) {
  std::vector<ReactionView> reactions;
  for (const auto& count : counts) reactions.push_back({count.emoji, count.count, false});
  return reactions;
}
}  // namespace

// As the present's walk, but it passes over versions that came later: the newest has a key of its own, then they
// descend, and none at or below the conversation's version of then is too new.
std::vector<MessageView> ChatPast::version_range(const Then& then, Ordinal newest, Ordinal above,
                                                 Standings& standings) const {
  std::vector<MessageView> messages;
  if (newest <= above) return messages;
  messages.reserve(newest.value - above.value);
  std::string prefix = "M" + std::string(then.id.view());
  RowCursor& at = cursor();
  RowSteps steps;
  Ordinal wanted = newest;
  at.seek(standing_key(then.id, newest));
  while (wanted > above && at.at(prefix)) {
    MessageKeyParts parts = parse_message_key(at.key());
    if (parts.ordinal > wanted) {
      steps.pass(at, [&] { return standing_key(then.id, wanted); });
    } else if (parts.is_standing) {
      standings.emplace_back(messages.size(), decoded<StandingRow>(at));
      at.next();
    } else if (decoded<StampRow>(at).position > at_) {
      steps.pass(at, [&] { return message_key(then.id, wanted, then.version); });
    } else {
      MessageView& message = messages.emplace_back();
      if (!decode_message(at.value(), message)) rows_->damaged(at.key());
      message.facts.conversation = then.id;
      message.facts.ordinal = parts.ordinal;
      --wanted.value;
      steps.reset();
      at.next();
    }
  }
  return messages;
}

std::vector<MessageView> ChatPast::message_range(const Then& then, Ordinal newest, Ordinal above) const {
  Standings standings;
  std::vector<MessageView> messages = version_range(then, newest, above, standings);
  for (auto& [index, standing] : standings) {
    if (index < messages.size()) show_standing(then, messages[index], standing);
  }
  return messages;
}

void ChatPast::show_standing(const Then& then, MessageView& message, const StandingRow& standing) const {
  message.thread_count = static_cast<std::uint32_t>(live_replies(then, message.facts.ordinal, standing));
  if (message.content && standing.reactions_ever > 0) message.reactions = reactions(message.facts.message, standing);
}

std::uint64_t ChatPast::live_replies(const Then& then, Ordinal parent, const StandingRow& standing) const {
  // Where nothing changed since, the present knows.
  bool all_live = standing.replies == standing.replies_ever;
  if (standing.replies_ever == 0 || (all_live && standing.last_reply <= then.last_ordinal)) return standing.replies;
  RowCursor& at = cursor();
  at.seek_back(thread_key(then.id, parent, then.last_ordinal));
  if (!at.at(thread_key(then.id, parent, {}).view().substr(0, 25))) return 0;
  std::uint64_t replies = decoded<CountRow>(at).count;
  if (all_live) return replies;
  Key first = past_reply_key(then.id, parent, {});
  std::string_view prefix = first.view().substr(0, 25);
  for (at.seek(first); at.at(prefix) && reply_of_thread_key(at.key()) <= then.last_ordinal; at.next()) {
    replies -= decoded<PositionRow>(at).position <= at_ ? 1 : 0;
  }
  return replies;
}

// Of a live message. A present without reactions may have lost them with the message.
std::vector<ReactionView> ChatPast::reactions(const MessageId& message, const StandingRow& standing) const {
  std::vector<domain::EmojiCount> counts;
  if (standing.last_reaction <= at_ && !standing.reactions.empty()) return shown(standing.reactions);
  Key first = past_reaction_key(message, 0);
  std::string_view prefix = first.view().substr(0, 17);
  RowCursor& at = cursor();
  for (at.seek(first); at.at(prefix); at.next()) {
    auto change = decoded<PastReactionRow>(at);
    if (change.position > at_) break;
    domain::count_emoji(counts, change.emoji, change.added);
  }
  return shown(counts);
}

std::optional<MessageView> ChatPast::message_at(const ConversationId& id, Ordinal ordinal) const {
  auto then = this->then(id);
  if (!then || !ordinal || ordinal > then->last_ordinal) return std::nullopt;
  auto messages = message_range(*then, ordinal, {ordinal.value - 1});
  if (messages.empty()) return std::nullopt;
  return std::move(messages.front());
}

std::optional<MessageView> ChatPast::version_at(const ConversationId& id, Ordinal ordinal) const {
  auto then = this->then(id);
  if (!then || !ordinal || ordinal > then->last_ordinal) return std::nullopt;
  Standings unused;
  auto versions = version_range(*then, ordinal, {ordinal.value - 1}, unused);
  if (versions.empty()) return std::nullopt;
  return std::move(versions.front());
}

std::optional<MessageView> ChatPast::message(const MessageId& id) const {
  auto row = this->row<MessageIdRow>(message_id_key(id));
  if (!row) return std::nullopt;
  return message_at(row->conversation, row->ordinal);
}

HistoryPage ChatPast::history(const ConversationId& id, const HistoryQuery& query) const {
  auto then = this->then(id);
  if (!then) return {};
  if (query.thread) return thread_history(*then, query);
  HistoryPage page;
  std::uint64_t last = then->last_ordinal.value;
  if (query.direction == Direction::before) {
    std::uint64_t newest = query.from ? std::min(query.from.value - 1, last) : last;
    std::uint64_t above = newest > query.limit ? newest - query.limit : 0;
    page.items = message_range(*then, {newest}, {above});
    page.more = above > 0;
  } else {
    std::uint64_t above = query.from.value;
    std::uint64_t newest = last > above && last - above > query.limit ? above + query.limit : last;
    page.items = message_range(*then, {newest}, {above});
    std::reverse(page.items.begin(), page.items.end());
    page.more = newest < last;
  }
  return page;
}

std::vector<Ordinal> ChatPast::replies(const Then& then, const HistoryQuery& query, Ordinal parent) const {
  bool before = query.direction == Direction::before;
  std::vector<Ordinal> ordinals;
  Key first = thread_key(then.id, parent, {});
  std::string_view prefix = first.view().substr(0, 25);
  RowCursor& at = cursor();
  if (before) {
    Ordinal newest = query.from ? std::min(Ordinal{query.from.value - 1}, then.last_ordinal) : then.last_ordinal;
    at.seek_back(thread_key(then.id, parent, newest));
  } else {
    at.seek(thread_key(then.id, parent, query.from.next()));
  }
  for (; ordinals.size() <= query.limit && at.at(prefix); before ? at.prev() : at.next()) {
    Ordinal reply = reply_of_thread_key(at.key());
    if (reply > then.last_ordinal) break;
    ordinals.push_back(reply);
  }
  return ordinals;
}

HistoryPage ChatPast::thread_history(const Then& then, const HistoryQuery& query) const {
  HistoryPage page;
  auto parent = this->row<MessageIdRow>(message_id_key(*query.thread));
  if (!parent || parent->conversation != then.id || parent->ordinal > then.last_ordinal) return page;
  std::vector<Ordinal> ordinals = replies(then, query, parent->ordinal);
  page.more = ordinals.size() > query.limit;
  if (page.more) ordinals.pop_back();
  for (Ordinal ordinal : ordinals) {
    auto messages = message_range(then, ordinal, {ordinal.value - 1});
    if (!messages.empty()) page.items.push_back(std::move(messages.front()));
  }
  return page;
}

}  // namespace hansard::projections
