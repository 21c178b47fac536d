#include "api/auth.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include <cjose/header.h>
#include <cjose/jwk.h>
#include <cjose/jws.h>
#include <jansson.h>

#include "api/auth_cache.h"
#include "api/auth_keys.h"
#include "api/auth_token.h"
#include "engine/base/hash.h"

namespace hansard::api {
namespace {

using base::ErrorCode;

// One sentence for every way a signature can be wrong: which key, algorithm or byte it was is not for the caller.
base::Error not_signed() {
  return base::error(ErrorCode::refused, "the token is not signed with a key of this server");
}

class KeyAuthenticator final : public Authenticator {
 public:
  KeyAuthenticator(std::optional<VerificationKey> secret, std::vector<VerificationKey> set)
      : secret_(std::move(secret)), set_(std::move(set)) {}

  Result<Identity> authenticate(std::string_view token, base::Timestamp now) const override {
    if (token.size() > kTokenBytesMax) return base::error(ErrorCode::malformed, "the token is too long");
    const base::Digest digest = base::sha256(token);
    auto claims = verified_.find(digest);
    if (!claims) {
      TRY(auto verified, verify(token));
      claims = std::move(verified);
      TRY(check_times(*claims, now));
      verified_.put(digest, *claims);
      return std::move(claims->identity);
    }
    if (auto in_time = check_times(*claims, now); !in_time) {
      verified_.forget(digest);
      return std::move(in_time.error());
    }
    return std::move(claims->identity);
  }

 private:
  Result<Claims> verify(std::string_view token) const {
    TRY(auto parts, split_token(token));
    const VerificationKey* key = key_for(parts.header);
    if (!key || parts.header.algorithm != algorithm_name(key->algorithm())) return not_signed();
    if (!key->verifies(token, parts.signature_bytes)) return not_signed();
    return read_claims(parts.payload);
  }

  // With a set, a kid names one of its keys and nothing else. Without a kid it is the secret, or the set's only key.
  const VerificationKey* key_for(const TokenHeader& header) const {
    if (!header.kid.empty() && !set_.empty()) {
      for (const auto& key : set_) {
        if (key.kid() == header.kid) return &key;
      }
      return nullptr;
    }
    if (secret_) return &*secret_;
    return set_.size() == 1 ? &set_.front() : nullptr;
  }

  const std::optional<VerificationKey> secret_;
  const std::vector<VerificationKey> set_;
  mutable TokenCache verified_;
};

base::Error in_file(const base::Error& error, const std::string& path) {
  return base::error(error.code, "the key file " + path + ": " + error.detail);
}

Result<VerificationKey> open_secret(const std::string& path) {
  TRY(auto secret, read_key_file(path));
  auto key = VerificationKey::from_secret(secret);
  if (!key) return in_file(key.error(), path);
  warn_if_others_may_read(path);
  return key;
}

Result<std::vector<VerificationKey>> open_key_set(const std::string& path) {
  TRY(auto json, read_key_file(path));
  auto keys = parse_key_set(json);
  if (!keys) return in_file(keys.error(), path);
  if (keys.value().front().algorithm() == Algorithm::hs256) warn_if_others_may_read(path);
  return keys;
}

struct JwkRelease {
  void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
};
struct JwsRelease {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
struct HeaderRelease {
  void operator()(cjose_header_t* header) const { cjose_header_release(header); }
};
struct JsonRelease {
  void operator()(json_t* json) const { json_decref(json); }
};

std::string claims_text(const TokenRequest& request) {
  const std::unique_ptr<json_t, JsonRelease> claims(json_object());
  json_object_set_new(claims.get(), "sub", json_stringn(request.subject.data(), request.subject.size()));
  if (!request.scope.empty()) {
    json_object_set_new(claims.get(), "scope", json_stringn(request.scope.data(), request.scope.size()));
  }
  json_object_set_new(claims.get(), "iat", json_integer(request.issued.ms / 1'000));
  json_object_set_new(claims.get(), "exp", json_integer(request.expires.ms / 1'000));
  const std::unique_ptr<char, decltype(&std::free)> text(json_dumps(claims.get(), JSON_COMPACT), &std::free);
  return text ? std::string(text.get()) : std::string();
}

std::string sign(std::string_view secret, const std::string& payload) {
  cjose_err ignored;
  const std::unique_ptr<cjose_jwk_t, JwkRelease> key(
      cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size(), &ignored));
  const std::unique_ptr<cjose_header_t, HeaderRelease> header(cjose_header_new(&ignored));
  if (!key || !header || !cjose_header_set(header.get(), CJOSE_HDR_ALG, CJOSE_HDR_ALG_HS256, &ignored)) return "";
  const std::unique_ptr<cjose_jws_t, JwsRelease> jws(cjose_jws_sign(
      key.get(), header.get(), reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size(), &ignored));
  const char* text = nullptr;  // owned by the jws
  if (!jws || !cjose_jws_export(jws.get(), &text, &ignored)) return "";
  return text;
}

}  // namespace

Result<std::unique_ptr<Authenticator>> open_authenticator(const KeyFiles& files) {
  if (files.secret_file.empty() && files.jwks_file.empty()) {
    return base::error(ErrorCode::refused,
                       "there is no key to verify tokens with: give --jwt-secret-file or --jwks-file");
  }
  std::optional<VerificationKey> secret;
  std::vector<VerificationKey> set;
  if (!files.secret_file.empty()) {
    TRY(auto key, open_secret(files.secret_file));
    secret = std::move(key);
  }
  if (!files.jwks_file.empty()) {
    TRY(auto keys, open_key_set(files.jwks_file));
    set = std::move(keys);
  }
  return std::make_unique<KeyAuthenticator>(std::move(secret), std::move(set));
}

Result<std::string> make_token(std::string_view secret, const TokenRequest& request) {
  if (secret.size() < kHmacKeyBytesMin) {
    return base::error(ErrorCode::refused,
                       "an HS256 secret needs at least 32 bytes, this one has " + std::to_string(secret.size()));
  }
  if (!base::parse_user_id(request.subject)) {
    return base::error(ErrorCode::refused, "the subject is not a user id (1 to 128 bytes, no control characters)");
  }
  std::string token = sign(secret, claims_text(request));
  if (token.empty()) return base::error(ErrorCode::io, "the token cannot be signed");
  if (token.size() > kTokenBytesMax) return base::error(ErrorCode::refused, "the scope is too long for a token");
  return token;
}

}  // namespace hansard::api
