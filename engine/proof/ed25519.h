// Ed25519 signatures (RFC 8032, by OpenSSL; ed25519.cpp is this room's only includer of it).
//
// Thread: any; plain functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::proof {

using base::Result;
using Seed = std::array<std::uint8_t, 32>;  // the private key of RFC 8032
using PublicKey = std::array<std::uint8_t, 32>;
inline constexpr std::size_t kSignatureBytes = 64;

PublicKey public_key_of(const Seed& seed);
// kSignatureBytes bytes.
std::string ed25519_sign(const Seed& seed, std::string_view text);
bool ed25519_verify(const PublicKey& key, std::string_view text, std::string_view signature);

}  // namespace hansard::proof
