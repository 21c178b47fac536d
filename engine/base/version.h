// The version of both programs, as --version prints it.
#pragma once

#include <string_view>

namespace hansard::base {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace hansard::base
