// Reads of the past: `as_of=` a position or a time, for the audit scope. A time means the last position whose time is
// at or before it; the answer says which position it stands for, in its body and in Hansard-Position.
//
// Thread: the io thread of the context; the read itself on that thread's PastReader.
#pragma once

#include "api/handlers.h"

namespace hansard::api {

struct AsOf {
  base::Position position;  // at or below the durable one; 0: before the first event
  base::Timestamp time;     // of the event there
};

// 403 without the scope, 400 for what is neither position nor time, 422 for what the log has not reached or what
// belongs to another epoch.
Answered<AsOf> as_of(const Context& context, const Call& call);

// Waits for the views. The call has an as_of.
asio::awaitable<Answered<Response>> answer_as_of(Context& context, const Call& call, PastHandler read);

}  // namespace hansard::api
