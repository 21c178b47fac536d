// Whether a file or folder lies inside another. What is written below a data folder by anybody but its store is out of
// the reach of its erasures, its backups and its checks, so copies of a store are refused there.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace hansard::base {

// `path` is `folder` or below it, links followed; neither has to be there.
bool is_within(const std::string& path, const std::string& folder);
// `refused`, in a sentence, where it is.
Result<void> check_outside(const std::string& path, const std::string& data_folder);

}  // namespace hansard::base
