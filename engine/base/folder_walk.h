// Everything below a folder as a store uses it: through links to folders, which may lie on another disk.
//
// Thread: any; a plain function. Limits: a link to a folder that it lies in is told and not followed.
#pragma once

#include <filesystem>
#include <functional>
#include <system_error>

namespace hansard::base {

// The entry's path begins with that of the folder. `depth`: 0 right below it. False: not into this one.
using WalkUse = std::function<bool(const std::filesystem::directory_entry& entry, int depth)>;

// What is gone meanwhile is left out. The problem is that of a folder that cannot be read, where the walk ends.
std::error_code walk_folder(const std::filesystem::path& folder, const WalkUse& use);

}  // namespace hansard::base
