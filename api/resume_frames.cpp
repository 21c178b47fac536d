#include "api/resume_frames.h"

#include <algorithm>
#include <utility>

#include "api/dispatcher_unread.h"
#include "api/render.h"
#include "projections/past.h"

namespace hansard::api {

using base::ConversationId;
using base::Position;

namespace {
Position before(Position position) { return {position.value - 1}; }
}  // namespace

void CountsOwed::add(const ConversationId& conversation, base::Ordinal moved_by, Position at, Position after) {
  since = since ? std::min(*since, after) : after;
  auto& owed = counts[conversation];
  owed = {std::max(owed.moved_by, moved_by), std::max(owed.at, at)};
}

// Who comes back joins anew, never below where he joined before.
bool ResumeFrames::may_see(const ConversationId& conversation, base::Ordinal ordinal) const {
  const auto joined_after = dispatcher_.joined_after(user_, conversation);
  return joined_after && (ordinal > *joined_after || !hides_before_join(snapshot_, conversation));
}

// Whether what was kept back will be owed is not known before it is given.
bool ResumeFrames::owes_before(Position next) {
  if (!ends_.empty() && next.value >= moved_after_.value + CountsOwed::kToldWithin) finish();
  return owed_.is_due_before(next);
}

void ResumeFrames::pass(Position position) { (ends_.empty() ? served_ : ended_through_) = position; }

void ResumeFrames::add(Position position, std::optional<std::string> text) {
  if (!text) return pass(position);
  finish();
  out_.push_back(make_frame(*std::move(text)));
  served_ = position;
}

void ResumeFrames::add_end(Position position, std::optional<std::string> text, const domain::MessageFacts& facts) {
  if (!text) return pass(position);
  if (ends_.empty()) moved_after_ = before(position);
  ends_.push_back(make_frame(*std::move(text)));
  ended_through_ = position;
  if (facts.author == user_) return;
  ended_at_ = position;
  auto& highest = ended_[facts.conversation];
  highest = std::max(highest, facts.ordinal);
}

void ResumeFrames::add_receipt(Position position, const ReceiptMove& move) {
  if (!dispatcher_.is_member(user_, move.conversation) || !dispatcher_.pushes_receipts(move.conversation))
    return pass(position);
  add(position, receipt_frame(move.is_read, position, move.conversation, move.user, move.up_to, move.at, epoch_));
}

void ResumeFrames::add_count(Position position, const ConversationId& conversation, base::Ordinal moved_by) {
  finish();
  served_ = position;
  moved_after_ = before(position);
  Then then;
  tell_count_at(position, conversation, moved_by, then);
}

void ResumeFrames::note_edit(Position position, const domain::MessageFacts& facts) {
  if (facts.author != user_) owed_.add(facts.conversation, facts.ordinal, {}, before(position));
}

void ResumeFrames::note_history(Position position, const ConversationId& conversation) {
  const auto joined_after = dispatcher_.joined_after(user_, conversation);
  if (joined_after && *joined_after) owed_.add(conversation, *joined_after, {}, before(position));
}

void ResumeFrames::finish() {
  if (ends_.empty()) return;
  tell_counts_after_ends();
  for (auto& frame : ends_) out_.push_back(std::move(frame));
  ends_.clear();
  served_ = ended_through_;
}

void ResumeFrames::tell_counts_after_ends() {
  Then then;
  for (const auto& [conversation, ordinal] : std::exchange(ended_, {}))
    tell_count_at(ended_at_, conversation, ordinal, then);
}

// The present has counters; `then` is made where it is needed.
void ResumeFrames::tell_count_at(Position at, const ConversationId& conversation, base::Ordinal moved_by, Then& then) {
  if (!dispatcher_.is_member(user_, conversation)) return;
  if (at == snapshot_.position()) {
    const auto reader = snapshot_.reader(conversation, user_);
    if (!is_above_pointers(reader, moved_by) || !snapshot_.member(conversation, user_)) return;
    return tell_count(conversation, snapshot_.unread(conversation, user_), reader);
  }
  if (!then) then = snapshot_.past(at);
  const auto reader = then->reader(conversation, user_);
  if (!is_above_pointers(reader, moved_by) || !then->member(conversation, user_)) return;
  if (!takes_long(*then, conversation, reader))
    return tell_count(conversation, then->unread(conversation, user_), reader);
  if (!late_) return owed_.add(conversation, moved_by, at, moved_after_);
  late_->add(out_.size(), served_, conversation, then, reader);
  out_.emplace_back();
}

void ResumeFrames::tell_count(const ConversationId& conversation, projections::UnreadCount count,
                              const projections::ReaderView& reader) {
  if (late_) late_->note(out_.size(), conversation);
  out_.push_back(make_frame(unread_changed_frame(served_, conversation, count, reader, epoch_)));
}

bool ResumeFrames::takes_long(const projections::Past& then, const ConversationId& conversation,
                              const projections::ReaderView& reader) {
  const auto view = then.conversation(conversation);
  if (!view) return false;
  const auto counts_from = std::min(reader.read_up_to.next(), reader.marked_from.value_or(reader.read_up_to.next()));
  if (view->last_ordinal < counts_from) return false;
  const auto looked_at = view->last_ordinal.value - counts_from.value + 1;
  if (looked_at > kCountedHere - counted_here_) return true;
  counted_here_ += looked_at;
  return false;
}

void LateCounts::add(std::size_t place, Position position, const ConversationId& conversation,
                     std::shared_ptr<const projections::Past> then, const projections::ReaderView& reader) {
  counts_.push_back({place, position, conversation, std::move(then), reader, {}});
}

void LateCounts::read(const base::UserId& user, std::uint32_t epoch) {
  for (auto& count : counts_) {
    const auto unread = count.then->unread(count.conversation, user);
    count.frame = make_frame(unread_changed_frame(count.position, count.conversation, unread, count.reader, epoch));
  }
}

void LateCounts::put(const Dispatcher& dispatcher, const base::UserId& user, std::vector<FramePtr>& out) {
  if (!counts_.empty()) {
    for (const auto& [place, conversation] : in_time_) {
      if (!dispatcher.is_member(user, conversation)) out[place] = nullptr;
    }
  }
  for (auto& count : counts_) {
    if (dispatcher.is_member(user, count.conversation)) out[count.place] = std::move(count.frame);
  }
  std::erase(out, nullptr);
  in_time_.clear();
  counts_.clear();
}

}  // namespace hansard::api
