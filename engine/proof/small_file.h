// Small files that are replaced as a whole: the key, the stored checkpoint.
//
// Thread: one writer per file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::proof {

// Mode 0600, on stable storage under its name on return; a crash leaves the old file or the new one, and nothing that
// looks like either.
base::Result<void> replace_file(const std::string& path, std::string_view bytes);
// Nothing: there is none. `corrupt` when it is longer than `bytes_max`.
base::Result<std::optional<std::string>> read_file(const std::string& path, std::size_t bytes_max);

}  // namespace hansard::proof
