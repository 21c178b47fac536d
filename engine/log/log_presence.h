// Whether a folder somebody named has an event log: whole, damaged or gone. Somebody else's folder may have a `log/`
// too.
//
// Thread: any; reads names only.
#pragma once

#include <string>

namespace hansard::log {

// A file of a database in log/, or the witness that there was a log. What cannot be looked at is there.
bool has_log(const std::string& data_folder);

}  // namespace hansard::log
