// Everything after a position that concerns one user, in order and in small steps, until it meets the dispatcher's
// cursor: for `resume`, and for a session that fell behind.
//
// Far from the cursor it merges the streams of the user's conversations up to a view's snapshot (resume_streams.h);
// near it, it reads the log's tail and folds it exactly as the dispatcher does. Receipts and counts are not history:
// they come as their latest values at the end. Every frame's position is at or above that of the one before, so the
// last one seen is always right to resume from.
//
// Invariants: after each step everything that concerns the user at or below `served` has been given, once (but for
// the latest values, which are given before `met`). `met` is returned only when `served` is the cursor: who goes live
// without a wait in between has neither hole nor repeat (dispatcher.h).
// Thread: the io thread it belongs to; a step does not wait. The user has a session attached to the dispatcher.
// Limits: frames_max a step, and one conversation's receipts; kTailEventsMax events read a step.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "api/dispatcher.h"
#include "api/limits.h"
#include "api/outbox.h"
#include "api/resume_streams.h"

namespace hansard::api {

class Resume {
 public:
  static constexpr std::size_t kTailEventsMax = 512;
  static constexpr std::size_t kLatestMax = 1'024;     // receipts kept back; beyond it the oldest names are told early
  static constexpr std::uint64_t kNearEvents = 2'048;  // further than this from the cursor it goes by streams

  enum class Step { more, wait_for_views, met };

  // `after` is durable.
  Resume(engine::Engine& engine, projections::Views& views, Dispatcher& dispatcher, const Limits& limits,
         base::UserId user, base::Position after);

  // Appends about `frames_max` frames to `out`. wait_for_views: nothing to do before the views have moved on.
  Step step(std::size_t frames_max, std::vector<FramePtr>& out);
  base::Position served() const { return served_; }
  // The count of a conversation is to be told before `met`.
  void note_unread(const base::ConversationId& conversation) {
    missed_.counts.note_moved(user_, conversation, served_);
  }

 private:
  struct Receipt {
    base::Ordinal up_to;
    base::Timestamp at;
  };
  using ReceiptKey = std::tuple<base::ConversationId, base::UserId, bool>;  // bool: read

  bool begin(const projections::Snapshot& snapshot);
  Step step_streams(const projections::Snapshot& snapshot, std::size_t frames_max, std::vector<FramePtr>& out);
  bool step_tail(const projections::Snapshot& snapshot, std::size_t frames_max, std::vector<FramePtr>& out);
  std::optional<std::string> take(const projections::Snapshot& snapshot, const domain::RecordedEvent& event);
  std::optional<std::string> frame_of(const projections::Snapshot& snapshot, const domain::RecordedEvent& event,
                                      base::Ordinal joined_after);
  std::optional<std::string> frame_of_message(const projections::Snapshot& snapshot, const domain::RecordedEvent& event,
                                              const domain::MessageFacts& facts, base::Ordinal joined_after);
  struct MessagePlace {
    base::ConversationId conversation;
    base::Ordinal ordinal;
  };
  bool is_hidden(const projections::Snapshot& snapshot, const MessagePlace& place, base::Ordinal joined_after) const;
  std::optional<std::string> frame_of_end(const projections::Snapshot& snapshot, const domain::RecordedEvent& event,
                                          const domain::MessageFacts& facts, base::Ordinal joined_after);
  std::optional<std::string> frame_of_reaction(const projections::Snapshot& snapshot,
                                               const domain::RecordedEvent& event, const MessagePlace& place,
                                               base::Ordinal joined_after);
  bool take_pointer(const domain::RecordedEvent& event);
  Step tell_missed(const projections::Snapshot& snapshot, std::size_t frames_max, std::vector<FramePtr>& out);
  void tell_receipts(const projections::Snapshot& snapshot, const base::ConversationId& conversation,
                     std::vector<FramePtr>& out);
  void tell_receipt(const ReceiptKey& key, const Receipt& receipt, std::vector<FramePtr>& out);

  engine::Engine& engine_;
  projections::Views& views_;
  Dispatcher& dispatcher_;
  const Limits& limits_;
  base::UserId user_;
  const base::Position after_;
  base::Position served_;
  std::optional<StreamPass> pass_;  // while far
  std::optional<Seats> seats_;      // while near: the user's conversations at `served_`
  Missed missed_;
  std::map<ReceiptKey, Receipt> latest_;  // from the tail
};

}  // namespace hansard::api
