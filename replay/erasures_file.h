// A list of erasures for a store that was restored: JSON lines as `GET /api/v1/admin/erasures` gives its items. Of each
// the one member that names what it is of counts (`message_id`, `user_id` or `conversation_id`), and `reason`.
//
// Thread: any. Errors name the line. Limits: none of its own; a line is parsed at a time.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "projections/process/erase_offline.h"

namespace hansard::replay {

base::Result<std::vector<process::OfflineErasure>> read_erasures(const std::string& file);

}  // namespace hansard::replay
