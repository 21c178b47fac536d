// The folder a command line names, looked at before anything else: one that is not there, is empty or is something else
// was named by mistake, which is wrong usage (exit status 2) and never damage (1).
//
// Thread: any; reads names only, writes nothing.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace hansard::replay {

// Has `data` a log, or the witness that there was one? Damage is for who reads it to find; so is a folder we may not
// look into. Errors: not_found, in a sentence for who named it.
base::Result<void> find_store(const std::string& data);
// The same of a backup or an export: has it a manifest?
base::Result<void> find_copy(const std::string& folder);

}  // namespace hansard::replay
