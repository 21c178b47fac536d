// Why a file that somebody named cannot be read, in words for him.
//
// Thread: any; a plain function.
#pragma once

#include <string>

namespace hansard::base {

// "it is not there", "permission denied", "it is a folder", or what the system says; "" where it can be read.
std::string why_unreadable(const std::string& path);
// A pipe, as a shell makes one for <(command), or a device: whoever opens it once more does not find the same bytes.
bool is_read_once(const std::string& path);

}  // namespace hansard::base
