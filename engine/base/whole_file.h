// Files that fit in memory, read as a whole. base/durable_file.h writes such files.
//
// Thread: any. The calls block. Errors: io in a sentence with the path and the system's own words; corrupt for a file
// of more than `bytes_max`.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>

#include "engine/base/result.h"

namespace hansard::base {

inline constexpr std::size_t kAnyBytes = std::numeric_limits<std::size_t>::max() - 1;

// `not_found` where there is none.
Result<std::string> read_whole_file(const std::string& path, std::size_t bytes_max = kAnyBytes);
// Nothing where there is none.
Result<std::optional<std::string>> read_file_if_there(const std::string& path, std::size_t bytes_max = kAnyBytes);

}  // namespace hansard::base
