// `hansard serve`: the order of start and stop. Start: configuration, keys, port, data folder, views, ready. Stop:
// sessions, views, engine (docs/ARCHITECTURE.md, "Threads", has every step). What can fail without touching the disk
// comes first, so a start that is refused changes nothing.
//
// Thread: the main one; it waits for SIGTERM or SIGINT.
#pragma once

#include "api/command_line.h"

namespace hansard::api {

// Returns the exit status. One line on standard output when ready, one sentence on standard error when it cannot be.
int run_serve(const ServeCommand& command);

}  // namespace hansard::api
