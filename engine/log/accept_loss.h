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

// Keeps positions up to `found.intact_end` and raises the epoch. Where there is more in the database, what is kept is
// copied into a new one, which takes as much room again. The files as they were found stay beside the log in
// log.lost-<epoch>: all of them when the log could not be opened or was copied, else its WAL. Where all are to be
// moved and `log` is a link or a mount point it is `refused`, with nothing changed. A crash on the way leaves a log
// that is refused, or accepted, like before, or what finish_replacing ends.
Result<void> accept_loss(const LogPaths& paths, const Preflight& found, const LogOptions& options,
                         const StorageSetup& setup);

// Puts a log in place that was made, announced in the witness, and whose predecessor was moved aside: a crash came
// before the last rename. Does nothing in any other state of the folder.
Result<void> finish_replacing(const LogPaths& paths, const LogOptions& options, const StorageSetup& setup);

// Beside a log that is in place: what a crash left of another holds copies of events that no erasure would reach.
Result<void> remove_half_made(const LogPaths& paths);

}  // namespace hansard::log
