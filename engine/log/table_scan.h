// The values of one table file (SST) as they were written, decompressed: also older versions of a key and what was
// removed, and also of a file that is no part of the present version of a database. For tools that search a folder for
// bytes.
//
// Thread: any; opens the file for reading only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::log {

// Errors: corrupt or io, when it is no table or cannot be read to its end.
base::Result<void> for_each_table_value(const std::string& path,
                                        const std::function<void(std::string_view key, std::string_view value)>& use);

}  // namespace hansard::log
