// JSON text as it was written: places of values in a text that a parser has accepted. What is only carried (metadata)
// is copied from there instead of being written anew, so that its numbers stay what they were.
//
// Thread: any; plain functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hansard::base {

// The text of a value, `number` counting from 0 (the whole) in the order of the text, names of members not counted.
// `json` is valid and has that many.
std::string_view json_value_at(std::string_view json, std::size_t number);

// Without the spaces outside strings. `json` is valid.
std::string minified_json(std::string_view json);

// A text of the same length with every integer beyond 64 bits outside strings as a fraction instead; nothing where
// there is none. Of any text: what is not valid JSON does not become it.
std::optional<std::string> mask_long_integers(std::string_view json);

}  // namespace hansard::base
