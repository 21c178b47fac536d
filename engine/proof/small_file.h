// Small files that are read as a whole: the key, the stored checkpoint. They are written by base/durable_file.h.
//
// Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::proof {

// Nothing: there is none. `corrupt` when it is longer than `bytes_max`.
base::Result<std::optional<std::string>> read_file(const std::string& path, std::size_t bytes_max);

}  // namespace hansard::proof
