// The events about one conversation, in order: by the lists of the audit view where a stopped or running server's data
// folder has one of this log, and by reading the log from where the view ends. Without a usable view the whole log is
// read, which takes about a second for each million events. Either way the events themselves come from the log, so what
// was erased since is not in them.
//
// Thread: main. Nothing on disk changes.
#pragma once

#include <functional>
#include <string>

#include "engine/engine.h"

namespace hansard::replay {

struct EventsAbout {
  base::ConversationId conversation;
  base::Position through;  // at or below the durable position
};

using TakeEvent = std::function<base::Result<void>(const domain::RecordedEvent&)>;

// Gives at least those (behind the view's end, all events). `data` is the folder that `engine` was opened on; "" for
// none. `progress` hears how far it is, as a position.
base::Result<void> for_each_event_about(const engine::Engine& engine, const std::string& data, const EventsAbout& what,
                                        const std::function<void(base::Position)>& progress, const TakeEvent& take);

}  // namespace hansard::replay
