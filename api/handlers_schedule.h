// A message that waits for its time, as a read finds it. Private to the handlers.
#pragma once

#include <optional>

#include "api/handlers.h"

namespace hansard::api::handlers {

// Nothing where there is none of the caller's: nobody else learns of it.
std::optional<projections::ScheduledView> own_scheduled(const Call& call, const projections::Snapshot& snapshot,
                                                        const base::MessageId& id);
Response scheduled_response(const Context& context, const projections::ScheduledView& waiting);

}  // namespace hansard::api::handlers
