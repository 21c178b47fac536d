// What accepted losses left beside the log (`log.lost-<epoch>`, accept_loss.h): copies that no erasure can reach into,
// so an erasure removes them whole (docs/adr/0037).
//
// Thread: any; the data folder is locked by this process.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace hansard::log {

inline constexpr char kLostPrefix[] = "log.lost-";

// Durable on return. Errors: io; refused where one is a link: what it leads to would stay.
base::Result<void> remove_lost(const std::string& data_folder);

}  // namespace hansard::log
