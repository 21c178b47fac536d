// One conversation out of the log, without a view: its own events folded in memory, the same fold as the view's. For
// tools that look at the log of a stopped server, or beside a running one.
//
// Thread: any. Cost: reads the log up to the position once; memory for the rows of that conversation.
#pragma once

#include <functional>
#include <memory>

#include "engine/engine.h"
#include "projections/queries.h"

namespace hansard::projections {

// Whether an event belongs to the conversation: its stream, and what its members did with their own places in it.
bool concerns(const domain::RecordedEvent& event, const ConversationId& conversation);

// The conversation as it stood at `through`, which is at or below the durable position; nothing else is in the
// snapshot. `corrupt`, naming the position, where an event cannot be applied. `progress` hears every stretch read.
base::Result<std::unique_ptr<Snapshot>> fold_conversation(const engine::Engine& engine,
                                                          const ConversationId& conversation, Position through,
                                                          const std::function<void(Position)>& progress);

}  // namespace hansard::projections
