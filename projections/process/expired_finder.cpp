#include "projections/process/expired_finder.h"

#include <algorithm>
#include <utility>

namespace hansard::process {

struct ExpiredFinder::Turn {
  const projections::Snapshot& snapshot;
  const base::Timestamp now;
  const std::size_t limit;
  const StandingHolds holds;
  std::size_t rows = 0;  // read
  Look look{};
};

namespace {
// What a legal hold kept is asked for anew once one was released: the engine remembers what was refused by its key.
std::string key_of(const base::MessageId& id, std::uint64_t holds_released) {
  const std::string key = "expire:" + base::to_text(id);
  return holds_released == 0 ? key : key + ":" + std::to_string(holds_released);
}

// Whose hold keeps the message: "" where it is the conversation's.
std::optional<base::UserId> kept_for(const StandingHolds& holds, const base::ConversationId& id,
                                     const base::UserId& author) {
  if (holds.conversations.contains(id)) return base::UserId{};
  return holds.users.contains(author) ? std::optional(author) : std::nullopt;
}
}  // namespace

Look ExpiredFinder::operator()(const projections::Snapshot& snapshot, base::Timestamp now, std::size_t limit) {
  forget_after_release(snapshot);
  const auto from = cursor_ ? std::optional(cursor_->place) : std::nullopt;
  const auto page = snapshot.expiring(now, from, limits_.conversations);
  if (page.empty()) {
    cursor_.reset();
    return {};
  }
  Turn turn{snapshot, now, limit, standing_holds(snapshot)};
  const bool is_through = std::ranges::all_of(page, [&](const auto& in) { return look_at(turn, in); });
  turn.look.is_end = is_through && page.size() < limits_.conversations;
  if (turn.look.is_end) cursor_.reset();
  if (is_through && !turn.look.is_end) cursor_ = Cursor{page.back().place, base::Ordinal{UINT64_MAX}};
  turn.look.in_vain = turn.rows - turn.look.proposals.size();
  return std::move(turn.look);
}

void ExpiredFinder::forget_after_release(const projections::Snapshot& snapshot) {
  const std::uint64_t released = snapshot.holds_released();
  if (std::exchange(holds_released_, released) == released) return;
  passed_.clear();
  cursor_.reset();
}

// Where this look begins in the conversation.
base::Ordinal ExpiredFinder::start(const projections::ExpiringConversation& in) {
  base::Ordinal from = in.oldest;
  const auto known = passed_.find(in.place.conversation);
  if (known != passed_.end()) from = known->second.up_to = std::max(known->second.up_to, in.oldest);
  return cursor_ && cursor_->place == in.place ? std::max(from, cursor_->from) : from;
}

// False: there is more in this conversation than fits into the look.
bool ExpiredFinder::look_at(Turn& turn, const projections::ExpiringConversation& in) {
  base::Ordinal from = start(in);
  while (turn.rows < limits_.rows && turn.look.proposals.size() < turn.limit) {
    const std::size_t most = turn.limit - turn.look.proposals.size();
    const auto stretch = turn.snapshot.expirable_in(in.place.conversation, from, turn.now, most);
    turn.rows += 1 + (stretch.end.value - from.value);
    take(turn, in, from, stretch);
    if (stretch.is_whole) return true;
    from = stretch.end;
  }
  cursor_ = Cursor{in.place, from};
  return false;
}

void ExpiredFinder::take(Turn& turn, const projections::ExpiringConversation& in, base::Ordinal from,
                         const projections::ExpirableStretch& stretch) {
  base::Ordinal first_free = stretch.end;
  std::set<base::UserId> not_remembered;
  for (const auto& message : stretch.messages) {
    if (const auto keeper = kept_for(turn.holds, in.place.conversation, message.author)) {
      Passed* passed = remembered(in);
      const bool is_first = (passed != nullptr ? passed->kept : not_remembered).insert(*keeper).second;
      if (!is_first) continue;
    } else {
      first_free = std::min(first_free, message.ordinal);
    }
    turn.look.proposals.push_back(
        {domain::ExpireMessage{message.message}, {}, key_of(message.message, holds_released_)});
  }
  const auto known = passed_.find(in.place.conversation);
  if (known != passed_.end() && known->second.up_to == from) known->second.up_to = first_free;
}

// Nothing where too many are remembered already.
ExpiredFinder::Passed* ExpiredFinder::remembered(const projections::ExpiringConversation& in) {
  const auto known = passed_.find(in.place.conversation);
  if (known != passed_.end()) return &known->second;
  if (passed_.size() >= limits_.remembered) return nullptr;
  return &passed_.emplace(in.place.conversation, Passed{in.oldest, {}}).first->second;
}

}  // namespace hansard::process
