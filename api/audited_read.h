// Privileged reads are events themselves: who read what, when (docs/adr/0035). Whatever the scope `audit` alone opens
// is answered once its audit.read is durable. A handler of such a read leaves an AuditedRead with its response, and the
// router puts it on record; a subscription does the same before it is opened. One record per request or subscription;
// what is refused is not recorded, and neither is what the same caller could read without the scope.
//
// Thread: the io thread of the context.
#pragma once

#include <string>

#include "api/handlers.h"

namespace hansard::api {

// The record of this call: `read` and what was asked, path and parameters. Parameters that hold a token are left out.
AuditedRead audited(const Call& call, domain::RecordAuditRead read);
// The response with that.
Response on_record(Response response, const Call& call, domain::RecordAuditRead read);

// Appends it and answers once that is durable. The reader is who authenticated, whomever he acts for. Errors are those
// of any command (overloaded, disk_full): nothing may be shown then.
asio::awaitable<Answered<void>> record_audit_read(Context& context, AuditedRead audited);

}  // namespace hansard::api
