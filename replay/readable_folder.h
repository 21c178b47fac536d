// May whoever runs this read everything in a folder? What may not be read looks like damage to whoever only sees that
// its bytes are not there.
//
// Thread: any; a plain function that opens nothing.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace hansard::replay {

// `io`, in a sentence that names the first file or folder that may not be read. What is gone meanwhile, in a running
// server's folder, and what is not there at all is for others to tell.
base::Result<void> check_readable(const std::string& folder);

}  // namespace hansard::replay
