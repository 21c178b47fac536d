// What one user missed between two positions, from the streams of his own conversations: a merge by position over
// those whose head moved, never a scan of the log (docs/adr/0001-streams-table-in-the-conversation-view.md).
//
// What it gives is what a session would have got, as the caller may read it now: a message in its present form, a
// deleted one as its tombstone; of a conversation he was in then and is in now; of one he is no longer in, only
// that he left it. Of each other member's pointer it gives the latest move, of the user's own the count after the
// latest move, each where it happened: a client that is cut off half-way has then seen all that its position says.
//
// Invariants: frames come in position order, each once; entries in memory are at most kEntriesMax plus a few a
// conversation, and kMovesMax moves of pointers, whatever was missed: a pass with more of them ends earlier.
// Thread: the io thread it belongs to. A snapshot is used within a step and not kept.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <queue>
#include <vector>

#include "api/dispatcher.h"
#include "api/resume_frames.h"
#include "projections/queries.h"

namespace hansard::api {

// Whether there is something left of the message to react to.
bool is_live(const projections::Snapshot& snapshot, const base::ConversationId& conversation, base::Ordinal ordinal);

// The user's own, which may be the one aside (engine/executor.cpp).
base::StreamId own_stream(const projections::Snapshot& snapshot, const base::UserId& user);

// An event of a user's own stream that changes what counts for him.
bool is_own_move(domain::EventType type);
bool is_end(domain::EventType type);  // of a message

class StreamPass {
 public:
  static constexpr std::size_t kEntriesMax = 8'192;
  static constexpr std::size_t kScanEntries = 4'096;  // looked at a step before the first frame

  static constexpr std::size_t kMovesMax = 4'096;

  // What is above `after` and at or below the snapshot's position.
  StreamPass(const engine::Engine& engine, Dispatcher& dispatcher, const Limits& limits, const base::UserId& user,
             base::Position after, const projections::Snapshot& snapshot, std::size_t moves_max = kMovesMax);

  // Gives about `frames_max` frames, fewer where counts are owed that go first; true when everything is given up to
  // `through`.
  bool step(const projections::Snapshot& snapshot, std::size_t frames_max, ResumeFrames& frames);

  // The position of what it gives next, `through` behind the last; nothing before it has looked at all.
  std::optional<base::Position> next() const;
  base::Position through() const { return through_; }
  // The user's conversations at `through`; nothing when the pass ended before the snapshot it began with.
  std::optional<Seats> take_seats();

 private:
  struct Turn {  // a beginning or an end of the user's membership
    base::Position at;
    bool joined;
  };
  struct Source {
    base::ConversationId conversation;
    std::deque<projections::StreamEntry> page;
    base::Position fetched;
    bool is_fetched_whole = false;
    std::deque<Turn> turns;  // ahead of the merge
    bool is_inside = true;
  };
  using Next = std::pair<base::Position, std::size_t>;  // of source
  struct Move {                                         // of a pointer
    ReceiptMove move;
    std::optional<std::size_t> source;  // nothing: the user's own, of which only the conversation is kept
  };

  void add_source(const projections::Membership& membership);
  bool scan(const projections::Snapshot& snapshot);
  std::size_t scan_turns(const projections::Snapshot& snapshot, Source& source);
  std::size_t scan_own_stream(const projections::Snapshot& snapshot);
  std::size_t scan_receipts(const projections::Snapshot& snapshot, std::size_t source);
  void note_own_move(base::Position at, const base::ConversationId& conversation);
  void note_move(base::Position at, Move move);
  void begin_merge(const projections::Snapshot& snapshot);
  bool is_merged() const { return next_.empty() && moves_.empty(); }
  void tell_move(ResumeFrames& frames);
  void tell_entry(const projections::Snapshot& snapshot, ResumeFrames& frames);
  void fetch(const projections::Snapshot& snapshot, Source& source);
  void enqueue(std::size_t index);
  bool is_visible(Source& source, const projections::StreamEntry& entry) const;
  std::optional<std::string> frame_of(const projections::Snapshot& snapshot, const Source& source,
                                      const projections::StreamEntry& entry, ResumeFrames& frames) const;
  void tell_end(const projections::Snapshot& snapshot, const Source& source, const projections::StreamEntry& entry,
                ResumeFrames& frames) const;
  bool is_own_leave(const domain::RecordedEvent& event) const;
  engine::EventPtr event_at(base::Position position) const;

  const engine::Engine& engine_;
  Dispatcher& dispatcher_;
  const Limits& limits_;
  base::UserId user_;
  const base::Position after_;
  const std::size_t moves_max_;
  base::Position through_;
  Seats seats_;
  bool is_shortened_ = false;
  std::vector<Source> sources_;
  std::vector<std::pair<std::size_t, base::Position>> to_scan_;  // sources whose turns are not known yet, and how far
  std::vector<std::size_t> receipts_to_scan_;                    // sources where somebody's pointer moved since
  std::map<base::Position, Move> moves_;                         // ahead of the merge
  std::map<base::ConversationId, base::Position> own_moves_;     // the latest of each
  base::Position own_scanned_;
  bool is_own_scanned_ = false;
  bool is_merging_ = false;
  std::size_t page_entries_ = 0;
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next_;
};

}  // namespace hansard::api
