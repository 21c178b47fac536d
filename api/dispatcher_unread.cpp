#include "api/dispatcher_unread.h"

#include <algorithm>

namespace hansard::api {

using base::ConversationId;
using base::Ordinal;
using base::Position;
using base::UserId;

bool is_above_pointers(const projections::ReaderView& reader, Ordinal ordinal) {
  return ordinal > reader.read_up_to || (reader.marked_from && ordinal >= *reader.marked_from);
}

UnreadNotices::Pending& UnreadNotices::enter(Key key, Position at) {
  auto [entry, is_new] = pending_.try_emplace(key);
  if (is_new) order_.push_back(std::move(key));
  entry->second.at = at;
  return entry->second;
}

void UnreadNotices::note_moved(const UserId& user, const ConversationId& conversation, Position at) {
  enter({user, conversation}, at).moved = true;
}

void UnreadNotices::note_deleted(const UserId& user, const ConversationId& conversation, Position at, Ordinal ordinal) {
  auto& pending = enter({user, conversation}, at);
  pending.deleted = std::max(pending.deleted, ordinal);
}

std::optional<Position> UnreadNotices::next() const {
  if (order_.empty()) return std::nullopt;
  return pending_.at(order_.front()).at;
}

void UnreadNotices::serve(const projections::Snapshot& snapshot, std::size_t entries_max, const Tell& tell) {
  for (; entries_max > 0 && !order_.empty(); --entries_max) {
    auto entry = pending_.find(order_.front());
    if (entry->second.at > snapshot.position()) return;
    const auto& [user, conversation] = entry->first;
    auto reader = snapshot.reader(conversation, user);
    if (entry->second.moved || is_above_pointers(reader, entry->second.deleted)) {
      tell(user, conversation, snapshot.unread(conversation, user), reader);
    }
    pending_.erase(entry);
    order_.pop_front();
  }
}

}  // namespace hansard::api
