#include "api/resume_frames.h"

#include <algorithm>
#include <utility>

#include "api/dispatcher_unread.h"
#include "api/render.h"
#include "projections/past.h"

namespace hansard::api {

using base::ConversationId;
using base::Position;

// Who comes back joins anew, never below where he joined before.
bool ResumeFrames::may_see(const ConversationId& conversation, base::Ordinal ordinal) const {
  const auto joined_after = dispatcher_.joined_after(user_, conversation);
  return joined_after && (ordinal > *joined_after || !hides_before_join(snapshot_, conversation));
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
  auto then = snapshot_.past(position);
  auto reader = then->reader(conversation, user_);
  if (is_above_pointers(reader, moved_by)) tell_count(*then, conversation, reader);
}

void ResumeFrames::note_edit(const domain::MessageFacts& facts) {
  if (facts.author == user_) return;
  auto& owed = owed_[facts.conversation];
  owed.moved_by = std::max(owed.moved_by, facts.ordinal);
}

void ResumeFrames::finish() {
  if (ends_.empty()) return;
  tell_counts_after_ends();
  for (auto& frame : ends_) out_.push_back(std::move(frame));
  ends_.clear();
  served_ = ended_through_;
}

void ResumeFrames::tell_counts_after_ends() {
  if (ended_.empty()) return;
  auto then = snapshot_.past(ended_at_);
  for (const auto& [conversation, ordinal] : std::exchange(ended_, {})) {
    auto reader = then->reader(conversation, user_);
    if (is_above_pointers(reader, ordinal)) tell_count(*then, conversation, reader);
  }
}

void ResumeFrames::tell_count(const projections::Past& then, const ConversationId& conversation,
                              const projections::ReaderView& reader) {
  if (!dispatcher_.is_member(user_, conversation) || !then.member(conversation, user_)) return;
  out_.push_back(
      make_frame(unread_changed_frame(served_, conversation, then.unread(conversation, user_), reader, epoch_)));
}

}  // namespace hansard::api
