// A list of erasures for a store that was restored: JSON lines as `GET /api/v1/admin/erasures` gives its items. Of each
// the one member that names what it is of counts (`message_id`, `user_id` or `conversation_id`), `reason`, and `id`, by
// which those are known that the store had when it was copied; a list made by hand needs none.
//
// Thread: any. Errors: io, and malformed, which names the line; a file without an erasure is malformed too, since it is
// what a request that failed leaves. Limits: none of its own; a line is parsed at a time.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "projections/process/erase_offline.h"

namespace hansard::replay {

base::Result<std::vector<process::OfflineErasure>> read_erasures(const std::string& file);

}  // namespace hansard::replay
