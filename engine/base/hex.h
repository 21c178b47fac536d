// Bytes as text: two lower-case hexadecimal digits each.
//
// Thread: any; a plain function.
#pragma once

#include <string>
#include <string_view>

namespace hansard::base {

std::string hex(std::string_view bytes);

}  // namespace hansard::base
