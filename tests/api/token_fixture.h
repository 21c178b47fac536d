// Verbs for tests about tokens: a folder of key files, tokens signed by hand (HMAC) and by cjose (RSA, EC), so that any
// header and payload can be signed, also wrong ones.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "api/auth.h"
#include "engine/base/result.h"
#include "tests/support/temp_folder.h"

namespace hansard::api::test {

using support::TempFolder;

inline constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
// 2024-01-01T00:00:00Z, and an expiry an hour later.
inline constexpr base::Timestamp kNow{1'704'067'200'000};
inline constexpr std::string_view kAlicePayload = R"({"sub":"alice","exp":1704070800})";

// header.payload.signature with HMAC-SHA-256, whatever the header says.
std::string sign_hmac(std::string_view header, std::string_view payload, std::string_view secret = kSecret);
inline std::string alice_token(std::string_view payload = kAlicePayload) {
  return sign_hmac(R"({"alg":"HS256"})", payload);
}

// A fresh key pair of cjose.
class KeyPair {
 public:
  static KeyPair rsa(std::size_t bits);
  static KeyPair p256();
  // The public half as JWK with the kid; `extra` is put before the closing brace: R"(,"use":"sig")".
  std::string public_jwk(std::string_view kid, std::string_view extra = "") const;
  std::string sign(std::string_view header, std::string_view payload) const;

 private:
  explicit KeyPair(std::shared_ptr<void> jwk) : jwk_(std::move(jwk)) {}
  std::shared_ptr<void> jwk_;
};

std::string oct_jwk(std::string_view kid, std::string_view secret, std::string_view extra = "");
std::string key_set(std::initializer_list<std::string> jwks);

// "" when the token was accepted, the error's detail otherwise.
std::string refusal(const Authenticator& authenticator, std::string_view token, base::Timestamp now = kNow);

std::unique_ptr<Authenticator> with_secret(const TempFolder& folder, std::string_view secret = kSecret);
Result<std::unique_ptr<Authenticator>> with_key_set(const TempFolder& folder, std::string_view json);

}  // namespace hansard::api::test
