#include "tests/api/token_fixture.h"

#include <cstdlib>
#include <stdexcept>

#include <cjose/header.h>
#include <cjose/jwk.h>
#include <cjose/jws.h>
#include <jansson.h>

#include "api/base64url.h"
#include "engine/base/hash.h"

namespace hansard::api::test {
namespace {

std::shared_ptr<void> owned(cjose_jwk_t* jwk) {
  if (!jwk) throw std::runtime_error("cjose made no key");
  return {jwk, [](cjose_jwk_t* key) { cjose_jwk_release(key); }};
}

cjose_jwk_t* key_of(const std::shared_ptr<void>& jwk) { return static_cast<cjose_jwk_t*>(jwk.get()); }

}  // namespace

std::string sign_hmac(std::string_view header, std::string_view payload, std::string_view secret) {
  const std::string input = encode_base64url(header) + "." + encode_base64url(payload);
  const base::Digest mac = base::hmac_sha256(secret, input);
  return input + "." + encode_base64url(base::view_of(mac));
}

KeyPair KeyPair::rsa(std::size_t bits) {
  cjose_err ignored;
  const std::uint8_t exponent[] = {1, 0, 1};
  return KeyPair(owned(cjose_jwk_create_RSA_random(bits, exponent, sizeof exponent, &ignored)));
}

KeyPair KeyPair::p256() {
  cjose_err ignored;
  return KeyPair(owned(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &ignored)));
}

std::string KeyPair::public_jwk(std::string_view kid, std::string_view extra) const {
  cjose_err ignored;
  const std::unique_ptr<char, decltype(&std::free)> text(cjose_jwk_to_json(key_of(jwk_), false, &ignored), &std::free);
  std::string json = text.get();
  json.pop_back();
  return json + R"(,"kid":")" + std::string(kid) + '"' + std::string(extra) + "}";
}

std::string KeyPair::sign(std::string_view header, std::string_view payload) const {
  cjose_err ignored;
  const std::unique_ptr<json_t, decltype(&json_decref)> fields(json_loadb(header.data(), header.size(), 0, nullptr),
                                                               &json_decref);
  const std::unique_ptr<cjose_jws_t, void (*)(cjose_jws_t*)> jws(
      cjose_jws_sign(key_of(jwk_), reinterpret_cast<cjose_header_t*>(fields.get()),
                     reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size(), &ignored),
      [](cjose_jws_t* it) { cjose_jws_release(it); });
  const char* token = nullptr;
  if (!jws || !cjose_jws_export(jws.get(), &token, &ignored)) throw std::runtime_error("cjose signed nothing");
  return token;
}

std::string oct_jwk(std::string_view kid, std::string_view secret, std::string_view extra) {
  return R"({"kty":"oct","k":")" + encode_base64url(secret) + R"(","kid":")" + std::string(kid) + '"' +
         std::string(extra) + "}";
}

std::string key_set(std::initializer_list<std::string> jwks) {
  std::string json = R"({"keys":[)";
  for (const auto& jwk : jwks) json += (json.back() == '[' ? "" : ",") + jwk;
  return json + "]}";
}

std::string refusal(const Authenticator& authenticator, std::string_view token, base::Timestamp now) {
  const auto identity = authenticator.authenticate(token, now);
  return identity ? "" : identity.error().detail;
}

std::unique_ptr<Authenticator> with_secret(const TempFolder& folder, std::string_view secret) {
  auto opened = open_authenticator({folder.write("secret", secret), ""});
  if (!opened) throw std::runtime_error(opened.error().detail);
  return std::move(opened.value());
}

Result<std::unique_ptr<Authenticator>> with_key_set(const TempFolder& folder, std::string_view json) {
  return open_authenticator({"", folder.write("jwks.json", json)});
}

}  // namespace hansard::api::test
