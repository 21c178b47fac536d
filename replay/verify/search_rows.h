// The texts of a search file as its rows have them, whole: a long one is cut into pages in the file.
//
// Thread: any; reads only. Errors: corrupt or io.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::verify {

// Also of a file that was set aside or is half built. `use` gets text and tags of each message that has content.
base::Result<void> for_each_search_row(const std::string& path,
                                       const std::function<void(std::string_view text, std::string_view tags)>& use);

}  // namespace hansard::verify
