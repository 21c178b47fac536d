// Settings that are lists of texts: an entry that nothing could ever match is refused at the start.
//
// Thread: any; a plain function.
#pragma once

#include "api/limits.h"
#include "engine/base/result.h"

namespace hansard::api {

// `malformed`, in a sentence with the setting and the entry.
base::Result<void> check_lists(const Limits& limits);

}  // namespace hansard::api
