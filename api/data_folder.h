// What lies in a folder before a store is made in it. One that was named by mistake, a home or another program's, is
// told before anything is written between its files.
//
// Thread: any; reads names only, writes nothing.
#pragma once

#include <optional>
#include <string>

#include "api/config.h"

namespace hansard::api {

// Where there is a log, or the witness that there was one, the engine judges. Else every name in the folder is one of a
// store, of a file that the command line or the configuration names, `lost+found`, hidden, or what a script that
// starts the server may keep beside (*.log, *.out, *.err, *.pid): `refused` where one is none of these, or where a
// folder of a store's name holds names that no such folder of ours has. A link is what was named by way of it, not what
// else lies where it leads. A folder that is not there, or cannot be read, is for who makes or opens it.
base::Result<void> check_data_folder(const Config& config, const std::optional<std::string>& config_file);

}  // namespace hansard::api
