// Settings of a conversation in words.
//
// Thread: any; plain functions.
#pragma once

#include <string>
#include <vector>

#include "engine/domain/values.h"

namespace hansard::replay {

// "slow_mode_s 0 → 30" for every setting that differs, by its name in the API.
std::vector<std::string> changes(const domain::Settings& before, const domain::Settings& now);
// "history all, who_may_post members" and whatever is not its default.
std::string describe(const domain::Settings& settings);

}  // namespace hansard::replay
