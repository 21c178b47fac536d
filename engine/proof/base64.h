// Base 64 with padding (RFC 4648 section 4), as signed notes and proof files write bytes.
//
// Thread: any; plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/proof/merkle.h"

namespace hansard::proof {

std::string base64(std::string_view bytes);
// Canonical only: nothing for other characters, spaces, missing padding or bits that would be dropped.
std::optional<std::string> from_base64(std::string_view text);
// Nothing unless it is exactly 32 bytes.
std::optional<Hash> hash_from_base64(std::string_view text);

}  // namespace hansard::proof
