// unread.changed on its way: whose count of which conversation has to be told again. The counts come from the views,
// so a notice waits until they have reached the event that caused it; many events of one (user, conversation) make one
// frame.
//
// Thread: the io thread it belongs to.
// Limits: one entry per local user and conversation he is in, and one per message that was edited, kEditedMax of them.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/ids.h"
#include "projections/queries.h"

namespace hansard::api {

class UnreadNotices {
 public:
  static constexpr std::size_t kEditedMax = 10'000;  // messages
  // Of the others nobody is told.
  using IsLocal = std::function<bool(const base::UserId&)>;
  explicit UnreadNotices(IsLocal is_local) : is_local_(std::move(is_local)) {}

  using Tell = std::function<void(const base::UserId&, const base::ConversationId&, projections::UnreadCount,
                                  const projections::ReaderView&)>;

  // A pointer, a marker or a flag of the user's moved at `at`.
  void note_moved(const base::UserId& user, const base::ConversationId& conversation, base::Position at);
  // A message of somebody else's ended, or mentions him now or no more, or those up to it were hidden or shown by
  // `history`: told only where it could have counted.
  void note_changed(const base::UserId& user, const base::ConversationId& conversation, base::Position at,
                    base::Ordinal ordinal);

  // A message was edited, perhaps its mentions: told to whom it mentions now and did not, or the other way round.
  // False: too many are waiting for the views; tell everybody as of a deletion.
  bool note_edited(const domain::MessageFacts& facts, base::Position at);

  // What the views have to reach before the next one can be told; nothing when there is none.
  std::optional<base::Position> next() const;
  // Tells up to `entries_max` whose position the snapshot has reached; a message that was edited counts as several.
  void serve(const projections::Snapshot& snapshot, std::size_t entries_max, const Tell& tell);
  std::size_t size() const { return pending_.size() + edits_.size(); }

 private:
  using Key = std::pair<base::UserId, base::ConversationId>;
  struct Pending {
    base::Position at;
    bool moved = false;
    base::Ordinal changed;  // the highest
  };

  // All edits of one message that were not looked at.
  struct Edits {
    domain::MessageFacts facts;
    base::Position first, last;
  };

  Pending& enter(Key key, base::Position at);
  void look_at_edits(const projections::Snapshot& snapshot);
  void find_mentioned(const projections::Snapshot& snapshot, const Edits& edits);

  const IsLocal is_local_;
  std::map<Key, Pending> pending_;
  std::deque<Key> order_;  // as first noted
  std::map<base::MessageId, Edits> edits_;
  std::deque<base::MessageId> edits_order_;
};

// Whether a message of this ordinal counts for who has these pointers (API.md section 3, "Unread").
bool is_above_pointers(const projections::ReaderView& reader, base::Ordinal ordinal);

}  // namespace hansard::api
