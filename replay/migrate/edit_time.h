// When a post was edited last, as its metadata say: the readers write it there, and a later import reads it of the
// message that is here.
//
// Thread: any.
#pragma once

#include "engine/base/ids.h"
#include "engine/base/json.h"

namespace hansard::migrate {

// 0 where there is none.
base::Timestamp edit_time(const base::JsonValue& metadata);

}  // namespace hansard::migrate
