// The folder a command line names, looked at before anything else: one that is not there, is empty or is something else
// was named by mistake, which is wrong usage (exit status 2) and never damage (1). So is one that may not be read: it
// is not called empty, nor damaged.
//
// Thread: any; reads names only, writes nothing.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace hansard::replay {

// What a command reads of a store, and so has to be allowed to: `attachments` are the log and files/.
enum class Reads { log, attachments, everything };

// Has `data` a log, or the witness that there was one? Damage is for who reads it to find. Errors: not_found, or io for
// what may not be read, in a sentence for who named it.
base::Result<void> find_store(const std::string& data, Reads reads = Reads::log);
// The same of a backup or an export, of which everything is read: has it a manifest?
base::Result<void> find_copy(const std::string& folder);

}  // namespace hansard::replay
