// What the audit scope reads is an event itself: it is appended first, and the answer is given once it is durable.
//
// Thread: the io thread of the context.
#pragma once

#include <string>

#include "api/handlers.h"

namespace hansard::api {

// True once the audit view has applied `position`; false after the patience of a read.
asio::awaitable<bool> audit_reaches(Context& context, base::Position position);

// The query as it was asked for: path and parameters, without what a token might be in.
std::string asked_text(const Call& call);

// Appends audit.read for the caller and answers its position. 403 without the scope `audit`.
asio::awaitable<Answered<base::Position>> record_audit_read(Context& context, const Call& call,
                                                            domain::RecordAuditRead read);

}  // namespace hansard::api
