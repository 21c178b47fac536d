// Where positions end: the text of one has 13 digits for it (position_text.h).
#pragma once

#include <cstdint>

namespace hansard::base {

inline constexpr std::uint64_t kPositionEnd = 10'000'000'000'000;  // 10^13

}  // namespace hansard::base
