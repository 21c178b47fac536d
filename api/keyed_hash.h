// SipHash-2-4 (Aumasson and Bernstein, 2012): a fast 64-bit hash under a secret key, for tables whose keys strangers
// choose. Who does not know the key cannot aim two texts at one place.
//
// Thread: any; a plain function.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hansard::api {

using HashKey = std::array<std::uint64_t, 2>;

HashKey random_hash_key();
std::uint64_t keyed_hash(const HashKey& key, std::string_view text);

}  // namespace hansard::api
