// What a token says, before and beside its signature: the strict reading of a compact JWS (RFC 7515 section 7.1) with
// JWT claims (RFC 7519). Nothing here looks at a key.
//
// Thread: any; plain functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/auth.h"
#include "engine/base/result.h"

namespace hansard::api {

inline constexpr std::size_t kTokenBytesMax = 8u << 10;
// For `nbf`: how far an issuer's clock may be ahead of ours. `exp` has no leeway.
inline constexpr std::int64_t kNotBeforeLeewayMs = 60'000;

struct TokenHeader {
  std::string algorithm;
  std::string kid;  // "" for none
};

struct TokenParts {
  TokenHeader header;
  std::string payload;              // JSON text, not looked at
  std::size_t signature_bytes = 0;  // decoded
};

struct Claims {
  Identity identity;
  base::Timestamp not_before;  // 0 for none
};

// `malformed` for anything but three canonical base64url parts with a JSON object as header; `refused` for a header
// that asks for an extension ("crit", RFC 7515 section 4.1.11).
base::Result<TokenParts> split_token(std::string_view token);

// `refused` when sub or exp is missing or not what they must be. Times are not compared with anything: see check_times.
base::Result<Claims> read_claims(std::string_view payload);
base::Result<void> check_times(const Claims& claims, base::Timestamp now);

}  // namespace hansard::api
