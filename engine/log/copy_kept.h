// The part of a damaged log that its operator keeps, into the database that takes its place.
//
// Thread: opening only.
#pragma once

#include "engine/log/database.h"

namespace hansard::log {

// Copies positions 1 to `last` and everything in `meta` into an empty database; on stable storage on return. `corrupt`
// or `io` where one of them cannot be read; nothing is written to `from`.
Result<void> copy_kept(Database& from, Position last, Database& to);

}  // namespace hansard::log
