// The published examples of RFC 7515 (JSON Web Signature), appendix A, and of RFC 7519 (JSON Web Token), and a table of
// forged tokens, each of which some library has accepted.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "api/auth_keys.h"
#include "api/auth_token.h"
#include "api/base64url.h"
#include "tests/api/token_fixture.h"

namespace hansard::api {
namespace {

using test::KeyPair;
using test::TempFolder;

const std::string kJoe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

// Appendix A.1
const std::string kHmacToken =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + kJoe + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const std::string kHmacKey =
    R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})";

// Appendix A.2
const std::string kRsaToken =
    "eyJhbGciOiJSUzI1NiJ9." + kJoe +
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7"
    "t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12j"
    "zDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe"
    "77Rw";
const std::string kRsaKey =
    R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4)"
    R"(d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re)"
    R"(xMdbBYUsLA9e-KXBdQOS)"
    R"(-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h)"
    R"(9iaGNj8q2ethFkMLs91k)"
    R"(zk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})";

// Appendix A.3
const std::string kEcToken = "eyJhbGciOiJFUzI1NiJ9." + kJoe +
                             ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const std::string kEcKey = R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                           R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";

bool verifies(const std::string& jwk, const std::string& token) {
  const auto key = VerificationKey::from_jwk(jwk);
  REQUIRE(key);
  const auto parts = split_token(token);
  return parts && key.value().verifies(token, parts.value().signature_bytes);
}

std::string with_last(std::string token, char last) {
  token.back() = last;
  return token;
}

TEST_CASE("the examples of RFC 7515 appendix A verify") {
  CHECK(verifies(kHmacKey, kHmacToken));
  CHECK(verifies(kRsaKey, kRsaToken));
  CHECK(verifies(kEcKey, kEcToken));
}

TEST_CASE("an example of RFC 7515 does not verify with another example's key") {
  CHECK_FALSE(verifies(kHmacKey, kRsaToken));
  CHECK_FALSE(verifies(kRsaKey, kEcToken));
  CHECK_FALSE(verifies(kEcKey, kHmacToken));
}

TEST_CASE("an example of RFC 7515 does not verify once a signature byte changed") {
  for (const auto& [key, token] :
       {std::pair(kHmacKey, kHmacToken), std::pair(kRsaKey, kRsaToken), std::pair(kEcKey, kEcToken)}) {
    const std::size_t signature = token.rfind('.') + 1;
    for (std::size_t i = signature; i + 1 < token.size(); i += 7) {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      INFO(i);
      CHECK_FALSE(verifies(key, changed));
    }
  }
}

TEST_CASE("the headers of RFC 7515 appendix A read as written") {
  CHECK(split_token(kHmacToken).value().header.algorithm == "HS256");
  CHECK(split_token(kRsaToken).value().header.algorithm == "RS256");
  CHECK(split_token(kEcToken).value().signature_bytes == 64);
  CHECK(split_token(kHmacToken).value().payload ==
        "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
}

TEST_CASE("the token of RFC 7519 section 3.1 has no subject and is nobody's") {
  const auto claims = read_claims(split_token(kHmacToken).value().payload);
  REQUIRE_FALSE(claims);
  CHECK(claims.error().detail == "the token has no subject (sub)");
}

TEST_CASE("the unsecured token of RFC 7519 section 6.1 is refused") {
  const TempFolder folder;
  const auto authenticator = test::with_secret(folder);
  CHECK(test::refusal(*authenticator, "eyJhbGciOiJub25lIn0." + kJoe + ".") ==
        "the token is not signed with a key of this server");
}

TEST_CASE("base64url has one spelling for every text") {
  CHECK(decode_base64url("") == "");
  CHECK(decode_base64url("AA") == std::string(1, '\0'));
  CHECK(decode_base64url("-_8") == "\xfb\xff");
  for (const char* wrong : {"A", "AAAAA", "AB", "AAB", "AA==", "AAA=", "A A", "AA\n", "+/8", "AA.", "\xc3\xa4"}) {
    INFO(wrong);
    CHECK_FALSE(decode_base64url(wrong));
  }
}

TEST_CASE("base64url decodes what it encoded, for every length") {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    CHECK(decode_base64url(encode_base64url(bytes)) == bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST_CASE("forged tokens are refused") {
  const TempFolder folder;
  const KeyPair rsa = KeyPair::rsa(2048);
  const std::string public_key = rsa.public_jwk("r");
  const auto authenticator = test::with_key_set(folder, test::key_set({public_key, KeyPair::p256().public_jwk("e")}));
  REQUIRE(authenticator);
  const std::string good = rsa.sign(R"({"alg":"RS256","kid":"r"})", test::kAlicePayload);
  REQUIRE(test::refusal(*authenticator.value(), good).empty());

  const std::string header = good.substr(0, good.find('.'));
  const std::string payload = good.substr(header.size() + 1, good.rfind('.') - header.size() - 1);
  const std::string signature = good.substr(good.rfind('.') + 1);
  const std::string none = encode_base64url(R"({"alg":"none","kid":"r"})");
  const std::string bob = encode_base64url(R"({"sub":"bob","exp":1704070800})");
  const std::string n = public_key.substr(public_key.find("\"n\":\"") + 5, 342);
  const std::string_view confused = R"({"alg":"HS256","kid":"r"})";

  struct Case {
    std::string what, token;
  };
  const std::vector<Case> cases = {
      {"alg none without a signature", none + "." + payload + "."},
      {"alg none with a signature", none + "." + payload + "." + signature},
      {"alg None", encode_base64url(R"({"alg":"None","kid":"r"})") + "." + payload + "."},
      {"alg rs256 in lower case", encode_base64url(R"({"alg":"rs256","kid":"r"})") + "." + payload + "." + signature},
      {"no alg", encode_base64url(R"({"kid":"r"})") + "." + payload + "." + signature},
      {"alg twice", encode_base64url(R"({"alg":"RS256","kid":"r","alg":"none"})") + "." + payload + "." + signature},
      {"alg not a text", encode_base64url(R"({"alg":["RS256"],"kid":"r"})") + "." + payload + "." + signature},
      {"HMAC with the public key's JSON", test::sign_hmac(confused, test::kAlicePayload, public_key)},
      {"HMAC with the public key's modulus", test::sign_hmac(confused, test::kAlicePayload, *decode_base64url(n))},
      {"HMAC with an empty key", test::sign_hmac(confused, test::kAlicePayload, "")},
      {"RS512 by the same key", rsa.sign(R"({"alg":"RS512","kid":"r"})", test::kAlicePayload)},
      {"PS256 by the same key", rsa.sign(R"({"alg":"PS256","kid":"r"})", test::kAlicePayload)},
      {"another kid", rsa.sign(R"({"alg":"RS256","kid":"e"})", test::kAlicePayload)},
      {"an unknown kid", rsa.sign(R"({"alg":"RS256","kid":"x"})", test::kAlicePayload)},
      {"no kid where there are several keys", rsa.sign(R"({"alg":"RS256"})", test::kAlicePayload)},
      {"kid not a text", rsa.sign(R"({"alg":"RS256","kid":1})", test::kAlicePayload)},
      {"a stranger's key", KeyPair::rsa(2048).sign(R"({"alg":"RS256","kid":"r"})", test::kAlicePayload)},
      {"a stranger's key in the header",
       KeyPair::rsa(2048).sign(R"({"alg":"RS256","kid":"r","jwk":)" + public_key + "}", test::kAlicePayload)},
      {"an extension in crit", rsa.sign(R"({"alg":"RS256","kid":"r","crit":["exp"],"exp":1})", test::kAlicePayload)},
      {"an empty crit", rsa.sign(R"({"alg":"RS256","kid":"r","crit":[]})", test::kAlicePayload)},
      {"an unencoded payload (RFC 7797)",
       rsa.sign(R"({"alg":"RS256","kid":"r","b64":false,"crit":["b64"]})", test::kAlicePayload)},
      {"a stripped signature", header + "." + payload + "."},
      {"no signature part", header + "." + payload},
      {"four parts", good + ".AAAA"},
      {"five parts", good + ".AAAA.AAAA"},
      {"another payload", header + "." + bob + "." + signature},
      {"a padded signature", good + "=="},
      {"a padded header", header + "=." + payload + "." + signature},
      {"white space at the end", good + "\n"},
      {"white space before", " " + good},
      {"non-zero bits after the signature", with_last(good, good.back() == 'B' ? 'C' : 'B')},
      {"a cut signature", good.substr(0, good.size() - 4)},
      {"a longer signature", good + "AAAA"},
      {"a header that is no JSON", encode_base64url("RS256") + "." + payload + "." + signature},
      {"a header that is a list", encode_base64url(R"(["RS256"])") + "." + payload + "." + signature},
      {"JSON after the header", encode_base64url(R"({"alg":"RS256","kid":"r"}{})") + "." + payload + "." + signature},
      {"nothing", ""},
      {"dots", ".."},
      {"too many bytes", good + std::string(9'000, 'A')},
  };
  for (const Case& forged : cases) {
    INFO(forged.what);
    CHECK_FALSE(test::refusal(*authenticator.value(), forged.token).empty());
  }
}

TEST_CASE("a forged EC signature is refused") {
  const TempFolder folder;
  const KeyPair pair = KeyPair::p256();
  const auto authenticator = test::with_key_set(folder, test::key_set({pair.public_jwk("e")}));
  REQUIRE(authenticator);
  const std::string good = pair.sign(R"({"alg":"ES256","kid":"e"})", test::kAlicePayload);
  REQUIRE(test::refusal(*authenticator.value(), good).empty());
  const std::string signed_part = good.substr(0, good.rfind('.') + 1);
  // CVE-2022-21449: r = s = 0 verified anything.
  for (const std::size_t bytes : {0u, 1u, 2u, 63u, 64u, 65u, 72u, 128u}) {
    INFO(bytes);
    CHECK_FALSE(
        test::refusal(*authenticator.value(), signed_part + encode_base64url(std::string(bytes, '\0'))).empty());
  }
}

}  // namespace
}  // namespace hansard::api
