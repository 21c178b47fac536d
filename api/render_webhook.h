// An event as webhooks show it: flat members, messages as they are now, so that what was deleted or erased never
// leaves. The shape is described in schemas/openapi.yaml, "webhooks".
//
// Thread: any.
#pragma once

#include <cstdint>
#include <string>

#include "engine/domain/events.h"
#include "projections/queries.h"

namespace hansard::api {

// Appends `"event":{"position","type","time","actor",...}`; for notification.due also what a push needs at hand:
// user_id, type, message_id, conversation_id, sender_id, content, timestamp. `now` has applied the event.
void append_webhook_event(std::string& out, const domain::RecordedEvent& event, std::uint32_t epoch,
                          const projections::Snapshot& now);

}  // namespace hansard::api
