#include "api/dispatcher_unread.h"

#include <algorithm>
#include <iterator>

#include "projections/past.h"
#include "projections/unread.h"

namespace hansard::api {

using base::ConversationId;
using base::Ordinal;
using base::Position;
using base::UserId;

bool is_above_pointers(const projections::ReaderView& reader, Ordinal ordinal) {
  return ordinal > reader.read_up_to || (reader.marked_from && ordinal >= *reader.marked_from);
}

namespace {
// For whom the message's mentions counted then, ascending.
std::vector<UserId> mentioned_at(const projections::Snapshot& snapshot, const base::MessageId& id, Position position) {
  auto message = snapshot.past(position)->message(id);
  if (!message) return {};
  return projections::unread::counted_mentions(message->facts, message->content);
}
}  // namespace

UnreadNotices::Pending& UnreadNotices::enter(Key key, Position at) {
  auto [entry, is_new] = pending_.try_emplace(key);
  if (is_new) order_.push_back(std::move(key));
  entry->second.at = at;
  return entry->second;
}

void UnreadNotices::note_moved(const UserId& user, const ConversationId& conversation, Position at) {
  enter({user, conversation}, at).moved = true;
}

void UnreadNotices::note_changed(const UserId& user, const ConversationId& conversation, Position at, Ordinal ordinal) {
  auto& pending = enter({user, conversation}, at);
  pending.changed = std::max(pending.changed, ordinal);
}

void UnreadNotices::note_edited(const domain::MessageFacts& facts, Position at) { edits_.push_back({facts, at}); }

std::optional<Position> UnreadNotices::next() const {
  std::optional<Position> next;
  if (!edits_.empty()) next = edits_.front().at;
  if (order_.empty()) return next;
  const Position first = pending_.at(order_.front()).at;
  return next ? std::min(*next, first) : first;
}

void UnreadNotices::find_mentioned(const projections::Snapshot& snapshot, const Edit& edit) {
  const auto before = mentioned_at(snapshot, edit.facts.message, {edit.at.value - 1});
  const auto after = mentioned_at(snapshot, edit.facts.message, edit.at);
  std::vector<UserId> changed;
  std::ranges::set_symmetric_difference(before, after, std::back_inserter(changed));
  for (UserId& user : changed) {
    note_changed(user, edit.facts.conversation, edit.at, edit.facts.ordinal);
  }
}

void UnreadNotices::serve(const projections::Snapshot& snapshot, std::size_t entries_max, const Tell& tell) {
  for (; entries_max > 0 && !edits_.empty() && edits_.front().at <= snapshot.position(); --entries_max) {
    find_mentioned(snapshot, edits_.front());
    edits_.pop_front();
  }
  for (; entries_max > 0 && !order_.empty(); --entries_max) {
    auto entry = pending_.find(order_.front());
    if (entry->second.at > snapshot.position()) return;
    const auto& [user, conversation] = entry->first;
    auto reader = snapshot.reader(conversation, user);
    if (entry->second.moved || is_above_pointers(reader, entry->second.changed)) {
      tell(user, conversation, snapshot.unread(conversation, user), reader);
    }
    pending_.erase(entry);
    order_.pop_front();
  }
}

}  // namespace hansard::api
