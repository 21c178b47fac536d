// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace hansard::base {

bool is_valid_utf8(std::string_view text);
// C0, DEL and C1 (U+0080..U+009F); `text` is valid UTF-8.
bool has_control_characters(std::string_view text);
// `text` is valid UTF-8.
std::size_t count_code_points(std::string_view text);
// Its beginning, at most so many bytes, and no half of a character.
std::string_view beginning_of(std::string_view text, std::size_t bytes_max);

}  // namespace hansard::base
