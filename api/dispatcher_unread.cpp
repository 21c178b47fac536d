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
// What looking at an edit costs, in entries that are told: it reads two versions of a message, whole.
constexpr std::size_t kEntriesOfEdit = 8;

// For whom the message's mentions counted then, ascending.
std::vector<UserId> mentioned_at(const projections::Snapshot& snapshot, const domain::MessageFacts& facts,
                                 Position position) {
  auto message = snapshot.past(position)->version_at(facts.conversation, facts.ordinal);
  if (!message) return {};
  return projections::unread::counted_mentions(message->facts, message->content);
}
}  // namespace

UnreadNotices::Pending& UnreadNotices::enter(Key key, Position at) {
  auto [entry, is_new] = pending_.try_emplace(key);
  if (is_new) order_.push_back(std::move(key));
  entry->second.at = std::max(entry->second.at, at);  // edits are looked at late
  return entry->second;
}

void UnreadNotices::note_moved(const UserId& user, const ConversationId& conversation, Position at) {
  enter({user, conversation}, at).moved = true;
}

void UnreadNotices::note_changed(const UserId& user, const ConversationId& conversation, Position at, Ordinal ordinal) {
  auto& pending = enter({user, conversation}, at);
  pending.changed = std::max(pending.changed, ordinal);
}

bool UnreadNotices::note_edited(const domain::MessageFacts& facts, Position at) {
  if (edits_.size() >= kEditedMax && !edits_.contains(facts.message)) return false;
  auto [entry, is_new] = edits_.try_emplace(facts.message, Edits{facts, at, at});
  if (is_new) edits_order_.push_back(facts.message);
  entry->second.last = at;
  return true;
}

std::optional<Position> UnreadNotices::next() const {
  std::optional<Position> next;
  if (!edits_.empty()) next = edits_.at(edits_order_.front()).first;
  if (order_.empty()) return next;
  const Position first = pending_.at(order_.front()).at;
  return next ? std::min(*next, first) : first;
}

void UnreadNotices::find_mentioned(const projections::Snapshot& snapshot, const Edits& edits) {
  const auto before = mentioned_at(snapshot, edits.facts, {edits.first.value - 1});
  const auto after = mentioned_at(snapshot, edits.facts, std::min(edits.last, snapshot.position()));
  std::vector<UserId> changed;
  std::ranges::set_symmetric_difference(before, after, std::back_inserter(changed));
  for (const UserId& user : changed) {
    if (is_local_(user)) note_changed(user, edits.facts.conversation, edits.first, edits.facts.ordinal);
  }
}

// The first that was edited. What the views have not reached of its edits is looked at again.
void UnreadNotices::look_at_edits(const projections::Snapshot& snapshot) {
  const auto entry = edits_.find(edits_order_.front());
  edits_order_.pop_front();
  find_mentioned(snapshot, entry->second);
  if (entry->second.last <= snapshot.position()) {
    edits_.erase(entry);
    return;
  }
  entry->second.first = snapshot.position().next();
  edits_order_.push_back(entry->first);
}

void UnreadNotices::serve(const projections::Snapshot& snapshot, std::size_t entries_max, const Tell& tell) {
  const auto has_edits = [&] {
    return !edits_.empty() && edits_.at(edits_order_.front()).first <= snapshot.position();
  };
  for (; entries_max > 0 && has_edits(); entries_max -= std::min(entries_max, kEntriesOfEdit)) look_at_edits(snapshot);
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
