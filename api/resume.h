// Everything after a position that concerns one user, in order and in small steps, until it meets the dispatcher's
// cursor: for `resume`, and for a session that fell behind.
//
// Far from the cursor it merges the streams of the user's conversations, up to the snapshot of a view
// (resume_streams.h). Near the cursor it reads the log's tail and folds it exactly as the dispatcher does. A pointer
// that moved several times is told once, at the position of its last move.
//
// Why a client that is cut off, and resumes from the last position it saw, misses nothing:
//   1. Positions of frames never fall, and all that a frame's position covers was told before it or with it
//      (resume_frames.h).
//   2. A live unread.changed waits for the views, while later events go out at once: a client may have seen a position
//      above an event that changed its count (the user's own pointer moves, edits and ends of messages) without the
//      count. So a resume looks back at the kNoticeEvents before `after`, and tells the counts of those conversations
//      again; where the views were further behind when `after` was told (lag_history.h), those of all that happened
//      since.
//   3. It tells them at the end, as of `served`, never first: these frames have no position of their own, and a client
//      that is cut off must come further with each attempt.
//   4. Told there as well: counts of conversations in which somebody else edited a message above the user's pointers,
//      and those that take long (resume_frames.h).
//   5. Where the end is further away than CountsOwed::kToldWithin from what moved them, they are told after as many
//      events, or about 512 more near the cursor: who is cut off later would find them no more when he looks back. So
//      they are told however often he is cut off, unless each time before one event and the counts that are due.
//   6. Counts that take longer than it takes until as many events have come are left for the end, and what is still
//      owed once it has met the cursor to the dispatcher. Who is cut off in such a crowd is told with the next move.
//
// Invariants: after each step everything that concerns the user at or below `served` has been given, once (counts may
// come twice). `met` is returned only when `served` is the cursor: a session that goes live right then, without waiting
// in between, has neither a hole nor a repeat (dispatcher.h).
// Thread: the io thread it belongs to; a step does not wait. The user has a session attached to the dispatcher.
// Limits: about frames_max a step; kTailEventsMax events read a step; of each conversation one count is owed, and one
// that takes long ends the step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "api/dispatcher.h"
#include "api/limits.h"
#include "api/outbox.h"
#include "api/resume_frames.h"
#include "api/resume_streams.h"

namespace hansard::api {

class Resume {
 public:
  static constexpr std::size_t kTailEventsMax = 512;
  static constexpr std::uint64_t kNoticeEvents = 3 * CountsOwed::kToldWithin;
  static constexpr std::uint64_t kNearEvents = 2'048;  // further than this from the cursor it goes by streams

  enum class Step { more, wait_for_views, met };

  // `after` is durable.
  Resume(engine::Engine& engine, projections::Views& views, Dispatcher& dispatcher, const Limits& limits,
         base::UserId user, base::Position after);

  // Appends about `frames_max` frames to `out`. wait_for_views: nothing to do before the views have moved on.
  Step step(std::size_t frames_max, std::vector<FramePtr>& out);
  // What the step left to be read; to be put into what it gave, before the next step.
  LateCounts take_late() { return std::exchange(late_, {}); }
  base::Position served() const { return served_; }
  // The count of a conversation is to be told as of `at` or later: before `met`, or by the dispatcher after it.
  void note_unread(const base::ConversationId& conversation, base::Position at) {
    owed_.add(conversation, kOwnMove, at, served_);
  }

 private:
  std::optional<Step> tell_counts(const projections::Snapshot& snapshot, std::size_t frames_max,
                                  std::vector<FramePtr>& out);
  bool is_time_to_count();
  std::uint64_t behind() const { return dispatcher_.cursor().value - served_.value; }
  void leave_counts_to_dispatcher();
  void recall(const projections::Snapshot& snapshot);
  base::Position moved_after(base::Position position) const {
    return pass_ ? base::Position{position.value - 1} : after_;
  }
  void recall_own_moves(const projections::Snapshot& snapshot, base::Position from);
  void recall_changes(const projections::Membership& membership, const projections::Snapshot& snapshot,
                      base::Position from, base::Position told);
  bool begin(const projections::Snapshot& snapshot);
  Step step_streams(const projections::Snapshot& snapshot, std::size_t frames_max, ResumeFrames& frames);
  Step step_tail(const projections::Snapshot& snapshot, std::size_t frames_max, ResumeFrames& frames);
  bool moves_count(const domain::RecordedEvent& event) const;
  void take(const projections::Snapshot& snapshot, const domain::RecordedEvent& event, ResumeFrames& frames);
  void tell(const projections::Snapshot& snapshot, const domain::RecordedEvent& event, ResumeFrames& frames);
  std::optional<std::string> frame_of(const projections::Snapshot& snapshot, const domain::RecordedEvent& event,
                                      ResumeFrames& frames);
  std::optional<std::string> frame_of_message(const projections::Snapshot& snapshot, const domain::RecordedEvent& event,
                                              const domain::MessageFacts& facts, ResumeFrames& frames);
  template <class Reaction>
  std::optional<std::string> frame_of_reaction(const projections::Snapshot& snapshot,
                                               const domain::RecordedEvent& event, const Reaction& reaction,
                                               const ResumeFrames& frames);

  engine::Engine& engine_;
  projections::Views& views_;
  Dispatcher& dispatcher_;
  const Limits& limits_;
  base::UserId user_;
  const base::Position after_;
  const base::Position acknowledged_;  // when it began: who asked before is not told that he has all without it
  base::Position served_;
  std::optional<StreamPass> pass_;  // while far
  std::optional<Seats> seats_;      // while near: the user's conversations at `served_`
  CountsOwed owed_;
  std::uint64_t behind_when_counted_ = UINT64_MAX;
  LateCounts late_;           // of the last step
  bool is_recalled_ = false;  // the moves of kNoticeEvents
  bool has_met_ = false;      // the cursor, once: from then on counts are told
  bool is_counted_ = false;   // since then, what was owed
};

}  // namespace hansard::api
