// Files that fit in memory, read as a whole: manifests, journals, schemas; and a journal's next line. Whole ones are
// written by base/durable_file.h.
//
// Thread: any. The calls block.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::segments {

// `not_found`, `io`, or `corrupt` for more than `bytes_max`.
base::Result<std::string> read_small_file(const std::string& path, std::size_t bytes_max);
// Appends one piece, on stable storage on return.
base::Result<void> append_to_file(int file, const std::string& path, std::string_view bytes);

}  // namespace hansard::segments
