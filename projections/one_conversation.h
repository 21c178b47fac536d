// One conversation out of the log, without a view: its own events folded in memory, the same fold as the view's. For
// tools that look at the log of a stopped server, or beside a running one.
//
// Thread: any. Cost: what the walk reads; memory for the rows of that conversation.
#pragma once

#include <functional>
#include <memory>

#include "engine/base/result.h"
#include "engine/domain/events.h"
#include "projections/queries.h"

namespace hansard::projections {

// Whether an event belongs to the conversation: its stream, and what its members did with their own places in it.
bool concerns(const domain::RecordedEvent& event, const ConversationId& conversation);

// Gives events of the log in order, at least those that concern the conversation, and passes an error on.
using EventWalk =
    std::function<base::Result<void>(const std::function<base::Result<void>(const domain::RecordedEvent&)>& take)>;

// The conversation as it stood at `through`; nothing else is in the snapshot. `walk` ends there. `corrupt`, naming the
// position, where an event cannot be applied.
base::Result<std::unique_ptr<Snapshot>> fold_conversation(std::uint32_t epoch, const ConversationId& conversation,
                                                          Position through, const EventWalk& walk);

}  // namespace hansard::projections
