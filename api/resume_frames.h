// What one step of a resume gives, in order, and how far that brings the client.
//
// A client that is cut off resumes from the last position it has seen, so whatever belongs to a position must have gone
// out by then. Each frame goes out under the position of its own event. A frame that has no event of its own goes
// before the event it belongs to: when a message ended, the new count is told first, under the position before, and
// then the end. Ends that follow one another share one count.
//
// A count of the past costs about a look at each message above the user's pointers. One that is no more than a few is
// taken at once; another is owed, one for each conversation however often it moves. When what is owed is told, such a
// count is left to be read beside the io thread, and its place in `out` is null until then. The step ends there: who
// resumes has one at a time.
//
// Invariant: once a frame of position P is in `out`, everything that moved at or below P has been told, or has moved
// again since and is told there, or is a count that is owed and moved less than CountsOwed::kToldWithin below P.
// Thread: the io thread it belongs to; lives within one step. Limits: its caller looks at is_full().
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/dispatcher.h"
#include "api/messages_ahead.h"
#include "api/outbox.h"
#include "projections/queries.h"

namespace hansard::api {

// Another member's pointer.
struct ReceiptMove {
  base::ConversationId conversation;
  base::UserId user;
  bool is_read = false;  // or delivered
  base::Ordinal up_to;
  base::Timestamp at;
};

// The user's counts that are told again before he is through: where a change of the message of this ordinal may have
// moved them, or kOwnMove.
struct CountOwed {
  base::Ordinal moved_by;
  base::Position at;  // as of here or later
};
constexpr base::Ordinal kOwnMove{UINT64_MAX};
struct CountsOwed {
  static constexpr std::uint64_t kToldWithin = 1'024;  // events, about
  std::map<base::ConversationId, CountOwed> counts;
  std::optional<base::Position> since;  // they moved above here
  void add(const base::ConversationId& conversation, base::Ordinal moved_by, base::Position at, base::Position after);
  // They are to be told before anything of `next`, or above, is.
  bool is_due_before(base::Position next) const { return since && next.value >= since->value + kToldWithin; }
};

// The counts of a step that take long: read them, then put them where they belong. Meanwhile the user may have left:
// the step's other frames, which are counts as well, are looked at again then.
//
// Thread: `read` on any, alone; the rest on the io thread. Errors: as reads of a view (docs/ARCHITECTURE.md).
class LateCounts {
 public:
  // The frame `place` in what the step gave is not late.
  void note(std::size_t place, const base::ConversationId& of) { in_time_.emplace_back(place, of); }
  // Of the frame `place` in what the step gave.
  void add(std::size_t place, base::Position position, const base::ConversationId& conversation,
           std::shared_ptr<const projections::Past> then, const projections::ReaderView& reader);
  bool is_empty() const { return counts_.empty(); }
  void read(const base::UserId& user, std::uint32_t epoch);
  // Where something was late, `out` keeps nothing of conversations that he has left, nor what was not read.
  void put(const Dispatcher& dispatcher, const base::UserId& user, std::vector<FramePtr>& out);

 private:
  struct Count {
    std::size_t place;
    base::Position position;
    base::ConversationId conversation;
    std::shared_ptr<const projections::Past> then;
    projections::ReaderView reader;
    FramePtr frame;
  };
  std::vector<Count> counts_;
  std::vector<std::pair<std::size_t, base::ConversationId>> in_time_;
};

class ResumeFrames {
 public:
  // What the counts that are taken at once may look at in a step: messages, about 3 us each.
  static constexpr std::uint64_t kCountedHere = 1'024;

  // `served` follows what is given; what is owed and late is added to. Without `late`, what takes long is owed.
  ResumeFrames(const projections::Snapshot& snapshot, Dispatcher& dispatcher, const base::UserId& user,
               std::uint32_t epoch, std::vector<FramePtr>& out, base::Position& served, CountsOwed& owed,
               LateCounts* late)
      : snapshot_(snapshot),
        dispatcher_(dispatcher),
        user_(user),
        epoch_(epoch),
        out_(out),
        served_(served),
        owed_(owed),
        late_(late),
        messages_(snapshot) {}

  // A message as it is now; each conversation's best in their order.
  std::optional<projections::MessageView> message_now(const base::ConversationId& conversation, base::Ordinal ordinal) {
    return messages_.at(conversation, ordinal);
  }
  // Whether the user may see that message now: he may have left and come back, or the history been hidden, since.
  bool may_see(const base::ConversationId& conversation, base::Ordinal ordinal) const;
  // Of a step that gives about `frames_max`.
  bool is_full(std::size_t frames_max) const {
    return out_.size() + ends_.size() >= frames_max || (late_ && !late_->is_empty());
  }
  // What is owed is to be told before anything of `next`, and the caller does so. What was kept back may be given.
  bool owes_before(base::Position next);
  // Nothing is to be told of the event of this position.
  void pass(base::Position position);
  void add(base::Position position, std::optional<std::string> text);
  // A message ended. Another's: its position is at or below the snapshot's.
  void add_end(base::Position position, std::optional<std::string> text, const domain::MessageFacts& facts);
  void add_receipt(base::Position position, const ReceiptMove& move);
  // The user's count as it stood right after `position`, which is at or below the snapshot's; nothing where he was no
  // member then.
  void add_count(base::Position position, const base::ConversationId& conversation, base::Ordinal moved_by = kOwnMove);
  // Another's message was edited, perhaps its mentions: those of its first frame are already as they are now, and the
  // counts told in between are not.
  void note_edit(base::Position position, const domain::MessageFacts& facts);
  // Settings changed, perhaps `history`, and with it what he sees of what came before he joined.
  void note_history(base::Position position, const base::ConversationId& conversation);
  // Gives what was kept back. To be called last.
  void finish();

 private:
  void tell_counts_after_ends();
  using Then = std::shared_ptr<const projections::Past>;
  void tell_count_at(base::Position at, const base::ConversationId& conversation, base::Ordinal moved_by, Then& then);
  void tell_count(const base::ConversationId& conversation, projections::UnreadCount count,
                  const projections::ReaderView& reader);
  bool takes_long(const projections::Past& then, const base::ConversationId& conversation,
                  const projections::ReaderView& reader);

  const projections::Snapshot& snapshot_;
  Dispatcher& dispatcher_;
  const base::UserId& user_;
  const std::uint32_t epoch_;
  std::vector<FramePtr>& out_;
  base::Position& served_;
  CountsOwed& owed_;
  LateCounts* const late_;
  std::uint64_t counted_here_ = 0;
  MessagesAhead messages_;
  std::vector<FramePtr> ends_;                           // one after the other, nothing told in between
  std::map<base::ConversationId, base::Ordinal> ended_;  // the highest of each that could have counted
  base::Position moved_after_;                           // the first of them, or the count that is told, is above here
  base::Position ended_at_;                              // of the last of those that could have counted
  base::Position ended_through_;                         // of the last of all
};

}  // namespace hansard::api
