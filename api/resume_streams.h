// What one user missed between two positions, from the streams of his own conversations: a merge by position over
// those whose head moved, never a scan of the log (DESIGN section 5).
//
// What it gives is what a session would have got, as the caller may read it now: a message in its present form, a
// deleted one as its tombstone; of a conversation he was in then and is in now; of one he is no longer in, only
// that he left it.
//
// Invariants: frames come in position order, each once; entries in memory are at most kEntriesMax plus a few a
// conversation, whatever was missed.
// Thread: the io thread it belongs to. A snapshot is used within a step and not kept.
#pragma once

#include <cstddef>
#include <deque>
#include <queue>
#include <vector>

#include "api/dispatcher.h"
#include "api/outbox.h"
#include "projections/queries.h"

namespace hansard::api {

// Whose counts and receipts have to be told as they are in the end, instead of as history.
struct Missed {
  std::vector<base::ConversationId> receipts;  // conversations with a receipt since
  UnreadNotices counts;
};

// Whether there is something left of the message to react to.
bool is_live(const projections::Snapshot& snapshot, const base::ConversationId& conversation, base::Ordinal ordinal);

class StreamPass {
 public:
  static constexpr std::size_t kEntriesMax = 8'192;
  static constexpr std::size_t kScanEntries = 4'096;  // looked at a step before the first frame

  // What is above `after` and at or below the snapshot's position.
  StreamPass(const engine::Engine& engine, const Dispatcher& dispatcher, const base::UserId& user, base::Position after,
             const projections::Snapshot& snapshot);

  // Appends up to `frames_max` frames, moves `served` up to the last; true when everything is given.
  bool step(const projections::Snapshot& snapshot, std::size_t frames_max, std::vector<FramePtr>& out,
            base::Position& served, Missed& missed);

  base::Position through() const { return through_; }
  // The user's conversations at `through`.
  Seats take_seats() { return std::move(seats_); }

 private:
  struct Turn {  // a beginning or an end of the user's membership
    base::Position at;
    bool joined;
  };
  struct Source {
    base::ConversationId conversation;
    base::Ordinal hidden_through;  // history: from_join
    std::deque<projections::StreamEntry> page;
    base::Position fetched;
    bool is_fetched_whole = false;
    std::deque<Turn> turns;  // ahead of the merge
    bool is_inside = true;
  };
  using Next = std::pair<base::Position, std::size_t>;  // of source

  void add_source(const projections::Membership& membership, base::Position after,
                  const projections::Snapshot& snapshot);
  bool scan(const projections::Snapshot& snapshot, Missed& missed);
  std::size_t scan_turns(const projections::Snapshot& snapshot, Source& source);
  std::size_t scan_own_stream(const projections::Snapshot& snapshot, Missed& missed);
  void begin_merge(const projections::Snapshot& snapshot);
  void fetch(const projections::Snapshot& snapshot, Source& source);
  void enqueue(std::size_t index);
  std::optional<std::string> frame_of(const projections::Snapshot& snapshot, Source& source,
                                      const projections::StreamEntry& entry, Missed& missed);
  std::optional<std::string> message_frame_of(const projections::Snapshot& snapshot, const Source& source,
                                              const projections::StreamEntry& entry, Missed& missed);
  bool is_own_leave(const domain::RecordedEvent& event) const;
  engine::EventPtr event_at(base::Position position) const;

  const engine::Engine& engine_;
  const Dispatcher& dispatcher_;
  base::UserId user_;
  base::Position through_;
  Seats seats_;
  std::vector<base::ConversationId> receipts_;
  std::vector<Source> sources_;
  std::vector<std::pair<std::size_t, base::Position>> to_scan_;  // sources whose turns are not known yet, and how far
  base::Position own_scanned_;
  bool is_own_scanned_ = false;
  bool is_merging_ = false;
  std::size_t page_entries_ = 0;
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next_;
};

}  // namespace hansard::api
