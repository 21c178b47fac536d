// Lists of erasures and of legal holds for a store that was restored: JSON lines as `GET /api/v1/admin/erasures` and
// `GET /api/v1/admin/holds` give their items. Of each the one member that names what it is of counts (`message_id`,
// `user_id` or `conversation_id`), `reason`, and `id`, by which those are known that the store had when it was copied;
// a list of erasures made by hand needs none. Of an erasure `state` and `held` say whether a hold keeps it from ending.
//
// Thread: any. Errors: io, and malformed, which names the line; a file that lists nothing is malformed too, since it is
// what a request that failed leaves. Limits: none of its own; a line is parsed at a time.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "projections/process/erase_offline.h"

namespace hansard::replay {

base::Result<std::vector<process::OfflineErasure>> read_erasures(const std::string& file);
base::Result<std::vector<process::OfflineHold>> read_holds(const std::string& file);

}  // namespace hansard::replay
