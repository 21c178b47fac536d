// What may also be asked of the past (as_of=): the same reads for auditors, who need not be members. Answers say
// nothing of profiles: names belong to the present.
//
// Thread: the io thread of the context. Nothing here waits.
#pragma once

#include "api/handlers.h"
#include "projections/past.h"

namespace hansard::api::handlers {

Answered<Response> past_conversation(Context& context, const Call& call, const projections::Past& past);
Answered<Response> past_members(Context& context, const Call& call, const projections::Past& past);
Answered<Response> past_history(Context& context, const Call& call, const projections::Past& past);
Answered<Response> past_message(Context& context, const Call& call, const projections::Past& past);
Answered<Response> past_receipts(Context& context, const Call& call, const projections::Past& past);
Answered<Response> past_unread(Context& context, const Call& call, const projections::Past& past);
Answered<Response> past_explain(Context& context, const Call& call, const projections::Past& past);

}  // namespace hansard::api::handlers
