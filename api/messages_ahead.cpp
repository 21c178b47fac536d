#include "api/messages_ahead.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hansard::api {

using base::ConversationId;
using base::Ordinal;
using projections::MessageView;

std::optional<MessageView> MessagesAhead::at(const ConversationId& id, Ordinal ordinal) {
  Walk& walk = walks_[id];
  const bool is_next = walk.next && ordinal == walk.next;
  if (!is_next && ordinal < walk.next)
    return snapshot_.message_at(id, ordinal);  // said to an older one; the walk stays
  if (!is_next) walk = {};
  walk.next = ordinal.next();
  if (!is_next) return snapshot_.message_at(id, ordinal);
  if (walk.read.empty()) read_on(id, ordinal, walk);
  if (walk.read.empty()) return std::nullopt;
  MessageView message = std::move(walk.read.front());
  walk.read.pop_front();
  return message;
}

void MessagesAhead::read_on(const ConversationId& id, Ordinal first, Walk& walk) const {
  walk.length = std::clamp(2 * walk.length, kFirstWalk, kWalkMax);
  projections::HistoryQuery query;
  query.direction = projections::Direction::after;
  query.from = {first.value - 1};
  query.limit = walk.length;
  auto page = snapshot_.history(id, query, {});
  walk.read.assign(std::make_move_iterator(page.items.begin()), std::make_move_iterator(page.items.end()));
}

}  // namespace hansard::api
