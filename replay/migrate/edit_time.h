// When a post was last edited at its origin. The readers of exports write it into the metadata of the message, where a
// later import finds it.
//
// Thread: any.
#pragma once

#include "engine/base/ids.h"
#include "engine/base/json.h"

namespace hansard::migrate {

// 0 where there is none.
base::Timestamp edit_time(const base::JsonValue& metadata);

}  // namespace hansard::migrate
