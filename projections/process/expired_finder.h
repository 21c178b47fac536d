// Finds messages whose retention has run out, a stretch of them at a time: each look goes on where the last one ended,
// through the conversations by how long they are due, and after the last begins anew. So nothing hides what is behind
// it, however much a legal hold keeps.
//
// Of what is kept only the first of each conversation, or of each held author there, is proposed: the hold's conflict
// is about that one. Up to where a conversation is kept or gone is remembered until a hold is released, and not read
// again.
//
// Thread: one at a time.
// Limits: a look reads `conversations` of them (2 or more) and `rows` ordinals, or a stretch more; what is kept in
// more than `remembered` conversations is read in each round. The sizes are parameters for tests.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "projections/process/proposal_timer.h"
#include "projections/process/standing_holds.h"

namespace hansard::process {

struct ExpiryLimits {
  std::size_t conversations = 1'000;
  std::size_t rows = 5'000;
  std::size_t remembered = 100'000;
};

class ExpiredFinder {
 public:
  explicit ExpiredFinder(ExpiryLimits limits) : limits_(limits) {}
  // At most `limit` proposals.
  Look operator()(const projections::Snapshot& snapshot, base::Timestamp now, std::size_t limit);

 private:
  struct Turn;
  struct Cursor {
    projections::ExpiringConversation::Place place;
    base::Ordinal from;
  };
  struct Passed {
    base::Ordinal up_to;          // all before is kept or gone
    std::set<base::UserId> kept;  // proposed once; "" for all of a held conversation
  };

  void forget_after_release(const projections::Snapshot& snapshot);
  bool look_at(Turn& turn, const projections::ExpiringConversation& in);
  void take(Turn& turn, const projections::ExpiringConversation& in, base::Ordinal from,
            const projections::ExpirableStretch& stretch);
  Passed* remembered(const projections::ExpiringConversation& in);
  base::Ordinal start(const projections::ExpiringConversation& in);

  const ExpiryLimits limits_;
  std::optional<Cursor> cursor_;
  std::map<base::ConversationId, Passed> passed_;
  std::uint64_t holds_released_ = 0;
};

}  // namespace hansard::process
