// What somebody asks of the log, over HTTP and in frames: a filter and a stretch of positions, checked.
//
// Thread: the io thread of the context.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/context.h"
#include "api/handlers.h"
#include "api/json_fields.h"
#include "api/problem.h"
#include "engine/event_filter.h"

namespace hansard::api {

struct EventRequest {
  engine::EventFilter filter;
  base::Position from;                    // exclusive; 0: the beginning
  std::optional<base::Position> through;  // inclusive; nothing: without end
};

// 403 without the scope `audit` or `service`.
Answered<void> may_read_events(const domain::Caller& caller);

// A position of this epoch at or below the durable one; "0" and "beginning" are before the first event, "now" is the
// durable position. `name` is the parameter's, for the problem.
Answered<base::Position> event_position(const Context& context, std::string_view text, std::string_view name);

// types, conversation_id, actor.
Answered<engine::EventFilter> event_filter_of(const Params& params);
// `types` may be a list of names or one text with commas.
Answered<engine::EventFilter> event_filter_of(Fields& fields);
// The filter, `from` and `to`; Last-Event-ID and `cursor` go before `from`.
Answered<EventRequest> event_request_of(const Context& context, const Call& call);

// Appends ,"types":[...]|null,"conversation_id":...,"actor":...
void append_event_filter(std::string& out, const engine::EventFilter& filter);

// What is recorded of a read by the scope `audit`; what was asked is left to fill in. A service's reads are its own.
domain::RecordAuditRead events_read(const engine::EventFilter& filter);

}  // namespace hansard::api
