// Other people's text on a terminal: on one line, control characters made visible, so that no message can move the
// cursor or pass for something this program says.
//
// Thread: any; plain functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hansard::replay {

// Valid UTF-8 in and out. A line break becomes "⏎", another control character "\u001b" and the like.
std::string one_line(std::string_view text);
// «one line», cut after `characters_max` code points with "…".
std::string quoted(std::string_view text, std::size_t characters_max = 200);

}  // namespace hansard::replay
