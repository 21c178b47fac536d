// What legal holds keep now, as the views know it: for finding what may go. The rules look again.
//
// Thread: the snapshot's.
#pragma once

#include <set>

#include "projections/queries.h"

namespace hansard::process {

struct StandingHolds {
  std::set<base::ConversationId> conversations;
  std::set<base::UserId> users;
};

// Looks at every hold, released ones too.
StandingHolds standing_holds(const projections::Snapshot& snapshot);

}  // namespace hansard::process
