// base64url without padding (RFC 4648 section 5, RFC 7515 section 2), canonical form only: of all texts that a lenient
// decoder maps to the same bytes exactly one is accepted, so a token has one spelling.
//
// Thread: any; plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hansard::api {

// Nothing for any character outside the alphabet (padding, white space, '+', '/'), for an impossible length, and for
// trailing bits that are not zero. The empty text is the empty string.
std::optional<std::string> decode_base64url(std::string_view text);
std::string encode_base64url(std::string_view bytes);

}  // namespace hansard::api
