// The search index of a stopped server built again from its log, compared with the file that is there at that file's
// checkpoint, and put in its place when the two are equal: what `hansard-replay rebuild --data --view search` runs. A
// file that cannot be read or is of another log is set aside, as a start does, and a new one takes its place.
//
// There is no going back to the earlier file, here or online: the next generation takes over only when it is equal (or
// forced), and everything it has follows from the log.
//
// Thread: the caller's, which holds the data folder's lock.
#pragma once

#include <functional>
#include <string>

#include "engine/engine.h"
#include "projections/rebuild_offline.h"

namespace hansard::search {

// `request.kinds` is not looked at. Errors: io, corrupt; then nothing has changed but a file that the next start
// removes.
base::Result<projections::OfflineOutcome> rebuild_search_offline(const engine::Engine& engine,
                                                                 const std::string& data_folder,
                                                                 const projections::OfflineRequest& request,
                                                                 const std::function<void(base::Position)>& progress);

}  // namespace hansard::search
