#include "api/messages_ahead.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hansard::api {

using base::ConversationId;
using base::Ordinal;
using projections::MessageView;

// One before the walk's next is asked for out of turn, one far behind it begins a walk of its own.
std::optional<MessageView> MessagesAhead::at(const ConversationId& id, Ordinal ordinal) {
  Walk& walk = walks_[id];
  if (ordinal < walk.next) return snapshot_.message_at(id, ordinal);
  if (ordinal > walk.next && walk.read.size() <= ordinal.value - walk.next.value) walk = {};
  while (!walk.read.empty() && walk.read.front().facts.ordinal < ordinal) walk.read.pop_front();
  walk.next = ordinal;
  if (walk.read.empty()) read_on(id, walk);
  if (walk.read.empty() || walk.read.front().facts.ordinal != ordinal) return std::nullopt;
  walk.next = ordinal.next();
  MessageView message = std::move(walk.read.front());
  walk.read.pop_front();
  return message;
}

void MessagesAhead::read_on(const ConversationId& id, Walk& walk) const {
  walk.length = std::clamp(2 * walk.length, kFirstWalk, kWalkMax);
  projections::HistoryQuery query;
  query.direction = projections::Direction::after;
  query.from = {walk.next.value - 1};
  query.limit = walk.length;
  auto page = snapshot_.history(id, query, {});
  walk.read.assign(std::make_move_iterator(page.items.begin()), std::make_move_iterator(page.items.end()));
}

}  // namespace hansard::api
