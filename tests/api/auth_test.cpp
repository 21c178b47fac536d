#include "api/auth.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "api/auth_cache.h"
#include "api/auth_keys.h"
#include "tests/api/token_fixture.h"

namespace hansard::api {
namespace {

using test::KeyPair;
using test::kNow;
using test::TempFolder;

base::Timestamp later(std::int64_t seconds) { return {kNow.ms + seconds * 1'000}; }

std::string key_refusal(const KeyFiles& files) {
  const auto opened = open_authenticator(files);
  return opened ? "" : opened.error().detail;
}

std::string set_refusal(std::initializer_list<std::string> jwks) {
  const auto keys = parse_key_set(test::key_set(jwks));
  return keys ? "" : keys.error().detail;
}

TEST_CASE("an expiry may have fractions of a second (RFC 7519 section 2)") {
  const TempFolder folder;
  const auto authenticator = test::with_secret(folder);
  auto identity = authenticator->authenticate(test::alice_token(R"({"sub":"alice","exp":1704070800.5})"), kNow);
  REQUIRE(identity);
  CHECK(identity.value().expires == base::Timestamp{1'704'070'800'500});
  auto tiny = authenticator->authenticate(test::alice_token(R"({"sub":"alice","exp":1.7040708e9})"), kNow);
  REQUIRE(tiny);
  CHECK(tiny.value().expires == base::Timestamp{1'704'070'800'000});
}

TEST_CASE("a token names its user, his scopes and its expiry") {
  const TempFolder folder;
  const auto authenticator = test::with_secret(folder);
  const auto plain = authenticator->authenticate(test::alice_token(), kNow);
  REQUIRE(plain);
  CHECK(plain.value().user.value == "alice");
  CHECK(plain.value().expires == later(3'600));
  CHECK_FALSE((plain.value().service || plain.value().audit || plain.value().admin));

  const auto scoped = authenticator->authenticate(
      test::alice_token(R"({"sub":"alice","exp":1704070800,"scope":"openid admin  service auditor"})"), kNow);
  REQUIRE(scoped);
  CHECK(scoped.value().admin);
  CHECK(scoped.value().service);
  CHECK_FALSE(scoped.value().audit);
}

TEST_CASE("every claim is what it must be") {
  const TempFolder folder;
  const auto authenticator = test::with_secret(folder);
  struct Case {
    std::string payload, why;
  };
  const std::string long_user(129, 'a');
  const std::vector<Case> cases = {
      {R"({"exp":1704070800})", "the token has no subject (sub)"},
      {R"({"sub":7,"exp":1704070800})", "the token has no subject (sub)"},
      {R"({"sub":"","exp":1704070800})", "the token's subject (sub) is not a user id"},
      {R"({"sub":")" + long_user + R"(","exp":1704070800})", "the token's subject (sub) is not a user id"},
      {R"({"sub":"al\nice","exp":1704070800})", "the token's subject (sub) is not a user id"},
      {R"({"sub":"al\u0000ice","exp":1704070800})", "the token is not a signed JSON Web Token"},
      {R"({"sub":"al\u009dice","exp":1704070800})", "the token's subject (sub) is not a user id"},
      {"{\"sub\":\"al\xff\",\"exp\":1704070800}", "the token is not a signed JSON Web Token"},
      {R"({"sub":"alice"})", "the token has no expiry (exp)"},
      {R"({"sub":"alice","exp":null})", "the token's expiry (exp) is not a number of seconds"},
      {R"({"sub":"alice","exp":"1704070800"})", "the token's expiry (exp) is not a number of seconds"},
      {R"({"sub":"alice","exp":true})", "the token's expiry (exp) is not a number of seconds"},
      {R"({"sub":"alice","exp":-1})", "the token's expiry (exp) is out of range"},
      {R"({"sub":"alice","exp":-0.5})", "the token's expiry (exp) is out of range"},
      {R"({"sub":"alice","exp":1e300})", "the token's expiry (exp) is out of range"},
      {R"({"sub":"alice","exp":1e400})", "the token is not a signed JSON Web Token"},
      {R"({"sub":"alice","exp":1704067199.999})", "the token has expired"},
      {R"({"sub":"alice","exp":253402300800})", "the token's expiry (exp) is out of range"},
      {R"({"sub":"alice","exp":9223372036854775807})", "the token's expiry (exp) is out of range"},
      {R"({"sub":"alice","exp":9223372036854775808})", "the token is not a signed JSON Web Token"},
      {R"({"sub":"alice","exp":1704067200})", "the token has expired"},
      {R"({"sub":"alice","exp":1704070800,"nbf":1704067261})", "the token is not valid yet"},
      {R"({"sub":"alice","exp":1704070800,"nbf":"soon"})", "the token's nbf is not a number"},
      {R"({"sub":"alice","exp":1704070800,"nbf":1e300})", "the token's nbf is out of range"},
      {R"({"sub":"alice","exp":1704070800,"iat":"now"})", "the token's iat is not a number"},
      {R"({"sub":"alice","exp":1704070800,"scope":["admin"]})", "the token's scope is not a text"},
      {R"({"sub":"alice","sub":"bob","exp":1704070800})", "the token is not a signed JSON Web Token"},
      {R"(["alice"])", "the token is not a signed JSON Web Token"},
      {"", "the token is not a signed JSON Web Token"},
  };
  for (const Case& wrong : cases) {
    INFO(wrong.payload);
    CHECK(test::refusal(*authenticator, test::alice_token(wrong.payload)) == wrong.why);
  }
}

TEST_CASE("clocks of issuers may be a minute ahead, and iat means nothing") {
  const TempFolder folder;
  const auto authenticator = test::with_secret(folder);
  for (const char* payload : {R"({"sub":"alice","exp":1704070800,"nbf":1704067260})",
                              R"({"sub":"alice","exp":1704070800,"nbf":1704067199.5})",
                              R"({"sub":"alice","exp":1704070800,"iat":1904070800})",
                              R"({"sub":"alice","exp":1704070800,"iat":-5,"aud":["a"],"iss":"b","jti":"c"})",
                              R"({"sub":"alice","exp":253402300799})"}) {
    INFO(payload);
    CHECK(test::refusal(*authenticator, test::alice_token(payload)).empty());
  }
}

TEST_CASE("typ is free and a kid means nothing without a key set") {
  const TempFolder folder;
  const auto authenticator = test::with_secret(folder);
  for (const char* header :
       {R"({"alg":"HS256","typ":"JWT"})", R"({"typ":"at+jwt","alg":"HS256"})", R"({"alg":"HS256","kid":"main"})"}) {
    INFO(header);
    CHECK(test::refusal(*authenticator, test::sign_hmac(header, test::kAlicePayload)).empty());
  }
}

TEST_CASE("an expired token is refused although its signature is remembered") {
  const TempFolder folder;
  const auto authenticator = test::with_secret(folder);
  const std::string token = test::alice_token();
  REQUIRE(test::refusal(*authenticator, token, later(3'599)).empty());
  CHECK(test::refusal(*authenticator, token, later(3'600)) == "the token has expired");
  CHECK(test::refusal(*authenticator, token, later(9'999)) == "the token has expired");
  CHECK(test::refusal(*authenticator, token, later(0)).empty());
}

TEST_CASE("a remembered token with one letter changed is another token") {
  const TempFolder folder;
  const auto authenticator = test::with_secret(folder);
  const std::string token = test::alice_token();
  REQUIRE(test::refusal(*authenticator, token).empty());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    INFO(i);
    CHECK_FALSE(test::refusal(*authenticator, changed).empty());
  }
}

base::Digest digest_of(std::size_t i) { return base::sha256(std::to_string(i)); }

TEST_CASE("the cache of verified tokens is bounded and forgets the least recently used") {
  TokenCache cache;
  const std::size_t most = TokenCache::kShards * TokenCache::kTokensPerShardMax;
  Claims claims;
  claims.identity.user.value = "kept";
  cache.put(digest_of(0), claims);
  for (std::size_t i = 1; i < most * 2; ++i) {
    cache.put(digest_of(i), Claims{});
    if (i % 500 == 0) REQUIRE(cache.find(digest_of(0)));
  }
  CHECK(cache.size() <= most);
  CHECK(cache.size() > most / 2);
  CHECK(cache.find(digest_of(0))->identity.user.value == "kept");
  CHECK_FALSE(cache.find(digest_of(1)));
  CHECK(cache.find(digest_of(most * 2 - 1)));
  cache.forget(digest_of(0));
  CHECK_FALSE(cache.find(digest_of(0)));
}

TEST_CASE("each key of a set verifies its own tokens") {
  const TempFolder folder;
  const KeyPair rsa = KeyPair::rsa(2048), ec = KeyPair::p256();
  const auto authenticator =
      test::with_key_set(folder, test::key_set({rsa.public_jwk("r", R"(,"use":"sig","alg":"RS256")"),
                                                ec.public_jwk("e", R"(,"key_ops":["verify"],"x5t":"ignored")")}));
  REQUIRE(authenticator);
  CHECK(test::refusal(*authenticator.value(), rsa.sign(R"({"alg":"RS256","kid":"r"})", test::kAlicePayload)).empty());
  CHECK(test::refusal(*authenticator.value(), ec.sign(R"({"alg":"ES256","kid":"e"})", test::kAlicePayload)).empty());
}

TEST_CASE("a set of secrets works, and its only key needs no kid in the token") {
  const TempFolder folder;
  const auto authenticator = test::with_key_set(folder, test::key_set({test::oct_jwk("s", test::kSecret)}));
  REQUIRE(authenticator);
  CHECK(test::refusal(*authenticator.value(), test::alice_token()).empty());
  CHECK_FALSE(
      test::refusal(*authenticator.value(), test::sign_hmac(R"({"alg":"HS256","kid":"t"})", test::kAlicePayload))
          .empty());
}

TEST_CASE("with a secret file and a set, a kid chooses the set and its absence the secret") {
  const TempFolder folder;
  const KeyPair ec = KeyPair::p256();
  const auto opened = open_authenticator({folder.write("secret", std::string(test::kSecret) + "\n"),
                                          folder.write("jwks.json", test::key_set({ec.public_jwk("e")}))});
  REQUIRE(opened);
  CHECK(test::refusal(*opened.value(), test::alice_token()).empty());
  CHECK(test::refusal(*opened.value(), ec.sign(R"({"alg":"ES256","kid":"e"})", test::kAlicePayload)).empty());
  CHECK_FALSE(test::refusal(*opened.value(), ec.sign(R"({"alg":"ES256"})", test::kAlicePayload)).empty());
  CHECK_FALSE(
      test::refusal(*opened.value(), test::sign_hmac(R"({"alg":"HS256","kid":"e"})", test::kAlicePayload)).empty());
}

TEST_CASE("a server without a key, or with a weak one, does not start") {
  const TempFolder folder;
  CHECK(key_refusal({}) == "there is no key to verify tokens with: give --jwt-secret-file or --jwks-file");
  const std::string missing = folder.path("missing");
  CHECK(key_refusal({missing, ""}) == "the key file " + missing + " cannot be read: it is not there");
  CHECK(key_refusal({folder.path(), ""}) == "the key file " + folder.path() + " cannot be read: it is a folder");
  const std::string empty = folder.write("empty", "");
  CHECK(key_refusal({empty, ""}) ==
        "the key file " + empty + ": an HS256 secret needs at least 32 bytes, this one has 0");
  CHECK_THAT(key_refusal({folder.write("short", std::string(31, 'x') + "\n"), ""}),
             Catch::EndsWith("needs at least 32 bytes, this one has 31"));
  CHECK_THAT(key_refusal({folder.write("huge", std::string(300'000, 'x')), ""}),
             Catch::Contains("larger than 256 KiB"));
  CHECK_THAT(key_refusal({"", folder.write("pem", "-----BEGIN PUBLIC KEY-----")}),
             Catch::EndsWith("it is not a JSON Web Key set ({\"keys\": [...]})"));
}

TEST_CASE("one trailing newline of a secret file is not part of the secret") {
  const TempFolder folder;
  CHECK(read_key_file(folder.write("a", "secret\n")).value() == "secret");
  CHECK(read_key_file(folder.write("b", "secret\n\n")).value() == "secret\n");
  CHECK(read_key_file(folder.write("c", "secret ")).value() == "secret ");
}

TEST_CASE("a secret that others may read is used all the same") {
  const TempFolder folder;
  const std::string file = folder.write("secret", test::kSecret);
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  CHECK(key_refusal({file, ""}).empty());
}

TEST_CASE("a set with a weak, malformed, nameless or doubled key is refused") {
  const std::string ec = KeyPair::p256().public_jwk("e");
  CHECK(set_refusal({ec}).empty());
  CHECK(set_refusal({KeyPair::rsa(1024).public_jwk("r")}) ==
        "key 1 of the set: an RSA key needs at least 2048 bits, this one has 1024");
  CHECK(set_refusal({test::oct_jwk("s", "short")}) ==
        "key 1 of the set: an HS256 secret needs at least 32 bytes, this one has 5");
  CHECK(set_refusal({ec, KeyPair::p256().public_jwk("e")}) == "the kid 'e' is in the set twice");
  CHECK(set_refusal({ec, test::oct_jwk("s", test::kSecret)}) == "the set mixes secrets and public keys");
  CHECK(set_refusal({KeyPair::p256().public_jwk("")}) == "a key of the set has no kid");
  CHECK(set_refusal({"7"}) == "key 1 of the set: it is not a JSON object");
  CHECK(set_refusal({}) == "the set has no key that tokens can be verified with");
}

TEST_CASE("a key that is not on its curve, or whose exponent is one, is refused") {
  const std::string x = R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")";
  CHECK(set_refusal({R"({"kty":"EC","crv":"P-256","kid":"e",)" + x +
                     R"(,"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1"})"}) ==
        "key 1 of the set: it is not a well-formed P-256 key");  // not canonical base64url
  CHECK(set_refusal({R"({"kty":"EC","crv":"P-256","kid":"e",)" + x +
                     R"(,"y":"y_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})"}) ==
        "key 1 of the set: it is not a point of the curve P-256");
  std::string rsa = KeyPair::rsa(2048).public_jwk("r");
  rsa.replace(rsa.find("AQAB"), 4, "AQ");
  CHECK(set_refusal({rsa}) == "key 1 of the set: its RSA exponent is not an odd number from 3 up");
}

TEST_CASE("keys for other purposes are skipped") {
  const std::string ec = KeyPair::p256().public_jwk("e");
  const std::string other = KeyPair::p256().public_jwk("o", R"(,"use":"enc")");
  CHECK(set_refusal({other, ec}).empty());
  CHECK(set_refusal({other}) == "the set has no key that tokens can be verified with");
  CHECK(set_refusal({R"({"kty":"OKP","crv":"Ed25519","kid":"d","x":"AA"})", ec}).empty());
  CHECK(set_refusal({KeyPair::rsa(2048).public_jwk("p", R"(,"alg":"PS256")"), ec}).empty());
  CHECK(set_refusal({KeyPair::p256().public_jwk("s", R"(,"key_ops":["sign"])"), ec}).empty());
}

TEST_CASE("a made token is accepted until it expires") {
  const TempFolder folder;
  const auto authenticator = test::with_secret(folder);
  const auto token = make_token(test::kSecret, {"bob \"the\" builder", "audit admin", kNow, later(60)});
  REQUIRE(token);
  const auto identity = authenticator->authenticate(token.value(), later(59));
  REQUIRE(identity);
  CHECK(identity.value().user.value == "bob \"the\" builder");
  CHECK(identity.value().audit);
  CHECK(identity.value().admin);
  CHECK_FALSE(identity.value().service);
  CHECK(test::refusal(*authenticator, token.value(), later(60)) == "the token has expired");
}

TEST_CASE("no token is made with a weak secret or for nobody") {
  CHECK_FALSE(make_token("short", {"bob", "", kNow, later(60)}));
  CHECK_FALSE(make_token(test::kSecret, {"", "", kNow, later(60)}));
  CHECK_FALSE(make_token(test::kSecret, {"bo\nb", "", kNow, later(60)}));
  CHECK_FALSE(make_token(test::kSecret, {"bob", std::string(9'000, 'x'), kNow, later(60)}));
}

}  // namespace
}  // namespace hansard::api
