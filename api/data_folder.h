// What lies in a folder before a store is made in it. One that was named by mistake, a home or another program's, is
// told before anything is written between its files.
//
// Thread: any; reads names only, writes nothing.
#pragma once

#include <optional>
#include <string>

#include "api/config.h"

namespace hansard::api {

// Where there is a log, or the witness that there was one, the engine judges. Otherwise the folder may hold nothing but
//
// - the names of a store; a folder among them holds only names that such a folder of ours has;
// - files that the command line or the configuration names; a link counts if it is the named path or a part of it;
// - `lost+found`, and hidden files;
// - what a script that starts the server may keep there: *.log, *.out, *.err, *.pid.
//
// With anything else in it the answer is `refused`. A folder that is not there, or that cannot be read, is left to
// whoever makes or opens it.
base::Result<void> check_data_folder(const Config& config, const std::optional<std::string>& config_file);

}  // namespace hansard::api
