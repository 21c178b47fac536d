// Everything after a position that concerns one user, in order and in small steps, until it meets the dispatcher's
// cursor: for `resume`, and for a session that fell behind.
//
// Far from the cursor it merges the streams of the user's conversations up to a view's snapshot (resume_streams.h);
// near it, it reads the log's tail and folds it exactly as the dispatcher does. Of a pointer that moved again and again
// the last move is told, in its place. Every frame's position is at or above that of the one before, and what a frame's
// position covers has been told (resume_frames.h), so the last one seen is always right to resume from.
//
// A live unread.changed waits for the views, so a client that was cut off may have seen a position beyond its own
// pointer's move, or an edit or the end of a message, and not the count: those of the last kNoticeEvents before `after`
// are told again, as of `served` and behind everything else: no position stands for them, and who is cut off early must
// come further each time. With them go the counts of conversations in which another's message was edited above the
// pointers.
//
// Invariants: after each step everything that concerns the user at or below `served` has been given, once (but for
// counts, which may come twice). `met` is returned only when `served` is the cursor: who goes live without a wait in
// between has neither hole nor repeat (dispatcher.h).
// Thread: the io thread it belongs to; a step does not wait. The user has a session attached to the dispatcher.
// Limits: about frames_max a step; kTailEventsMax events read a step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
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
  static constexpr std::uint64_t kNoticeEvents = 2'048;
  static constexpr std::uint64_t kNearEvents = 2'048;  // further than this from the cursor it goes by streams

  enum class Step { more, wait_for_views, met };

  // `after` is durable.
  Resume(engine::Engine& engine, projections::Views& views, Dispatcher& dispatcher, const Limits& limits,
         base::UserId user, base::Position after);

  // Appends about `frames_max` frames to `out`. wait_for_views: nothing to do before the views have moved on.
  Step step(std::size_t frames_max, std::vector<FramePtr>& out);
  base::Position served() const { return served_; }
  // The count of a conversation is to be told as of `at` or later: before `met`, or by the dispatcher after it.
  void note_unread(const base::ConversationId& conversation, base::Position at) {
    owed_[conversation] = {kOwnMove, std::max(owed_[conversation].at, at)};
  }

 private:
  bool tell_counts(const projections::Snapshot& snapshot, std::size_t frames_max, std::vector<FramePtr>& out);
  void leave_counts_to_dispatcher();
  base::Position recalled_from() const;
  void recall_own_moves(const projections::Snapshot& snapshot);
  void recall_changes(const projections::Snapshot& snapshot);
  void recall_changes_in(const base::ConversationId& conversation, const projections::Snapshot& snapshot);
  bool begin(const projections::Snapshot& snapshot);
  Step step_streams(const projections::Snapshot& snapshot, std::size_t frames_max, ResumeFrames& frames);
  Step step_tail(const projections::Snapshot& snapshot, std::size_t frames_max, ResumeFrames& frames);
  bool moves_count(const domain::RecordedEvent& event) const;
  void take(const projections::Snapshot& snapshot, const domain::RecordedEvent& event, ResumeFrames& frames);
  void tell(const projections::Snapshot& snapshot, const domain::RecordedEvent& event, base::Ordinal joined_after,
            ResumeFrames& frames);
  std::optional<std::string> frame_of(const projections::Snapshot& snapshot, const domain::RecordedEvent& event,
                                      base::Ordinal joined_after, ResumeFrames& frames);
  std::optional<std::string> frame_of_message(const projections::Snapshot& snapshot, const domain::RecordedEvent& event,
                                              const domain::MessageFacts& facts, base::Ordinal joined_after,
                                              ResumeFrames& frames);
  struct MessagePlace {
    base::ConversationId conversation;
    base::Ordinal ordinal;
  };
  bool is_hidden(const projections::Snapshot& snapshot, const MessagePlace& place, base::Ordinal joined_after) const;
  std::optional<std::string> frame_of_reaction(const projections::Snapshot& snapshot,
                                               const domain::RecordedEvent& event, const MessagePlace& place,
                                               base::Ordinal joined_after);

  engine::Engine& engine_;
  projections::Views& views_;
  Dispatcher& dispatcher_;
  const Limits& limits_;
  base::UserId user_;
  const base::Position after_;
  base::Position served_;
  std::optional<StreamPass> pass_;  // while far
  std::optional<Seats> seats_;      // while near: the user's conversations at `served_`
  CountsOwed owed_;
  bool is_recalled_ = false;  // the moves of kNoticeEvents
  bool has_met_ = false;      // the cursor, once: from then on counts are told
};

}  // namespace hansard::api
