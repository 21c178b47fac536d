// Makes a new log, and makes a damaged one usable again once its operator has accepted the loss.
//
// Thread: opening only, with the folder locked.
#pragma once

#include <optional>

#include "engine/log/preflight.h"

namespace hansard::log {

// Made beside and renamed into place, so that a crash leaves a whole log or none. The loss is recorded with the
// identity.
Result<void> create_log(const LogPaths& paths, const Identity& identity, const std::optional<Loss>& loss,
                        const LogOptions& options, const StorageSetup& setup);

// Keeps positions up to `found.intact_end` and raises the epoch. The files as they were found stay beside the log in
// log.lost-<epoch>: all of them when the log could not be opened, else its WAL. A crash on the way leaves a log that
// is refused, or accepted, like before.
Result<void> accept_loss(const LogPaths& paths, const Preflight& found, const LogOptions& options,
                         const StorageSetup& setup);

}  // namespace hansard::log
