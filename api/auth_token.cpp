#include "api/auth_token.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include <jansson.h>

#include "api/base64url.h"

namespace hansard::api {
namespace {

using base::ErrorCode;

// 9999-12-31T23:59:59Z, the last second RFC 3339 can write.
constexpr std::int64_t kLastSecond = 253'402'300'799;

struct JsonRelease {
  void operator()(json_t* json) const { json_decref(json); }
};
using Json = std::unique_ptr<json_t, JsonRelease>;

// An object without repeated members, or null.
Json parse_object(std::string_view text) {
  Json json(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
  return json_is_object(json.get()) ? std::move(json) : nullptr;
}

std::string_view text_of(const json_t* json) { return {json_string_value(json), json_string_length(json)}; }

base::Error refused(std::string detail) { return base::error(ErrorCode::refused, std::move(detail)); }
base::Error malformed() { return base::error(ErrorCode::malformed, "the token is not a signed JSON Web Token"); }

struct Texts {
  std::string_view header, payload, signature;
};

std::optional<Texts> cut(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return Texts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1)};
}

Result<TokenHeader> read_header(std::string_view text) {
  const Json json = parse_object(text);
  if (!json) return malformed();
  if (json_object_get(json.get(), "crit")) return refused("the token asks for an extension that is not supported");
  const json_t* algorithm = json_object_get(json.get(), "alg");
  if (!json_is_string(algorithm)) return malformed();
  const json_t* kid = json_object_get(json.get(), "kid");
  if (kid && !json_is_string(kid)) return malformed();
  return TokenHeader{std::string(text_of(algorithm)), kid ? std::string(text_of(kid)) : std::string()};
}

// A NumericDate may have fractions of a second (RFC 7519 section 2); what is below a millisecond is cut.
base::Timestamp milliseconds_of(const json_t* number) {
  if (json_is_integer(number)) return {json_integer_value(number) * 1'000};
  return {static_cast<std::int64_t>(std::floor(json_number_value(number) * 1'000.0))};
}

Result<base::Timestamp> read_expiry(const json_t* claims) {
  const json_t* exp = json_object_get(claims, "exp");
  if (!exp) return refused("the token has no expiry (exp)");
  if (!json_is_number(exp)) return refused("the token's expiry (exp) is not a number of seconds");
  const double seconds = json_number_value(exp);
  if (!(seconds >= 0 && seconds <= static_cast<double>(kLastSecond))) {
    return refused("the token's expiry (exp) is out of range");
  }
  return milliseconds_of(exp);
}

Result<base::Timestamp> read_optional_time(const json_t* claims, const char* name) {
  const json_t* time = json_object_get(claims, name);
  if (!time) return base::Timestamp{};
  if (!json_is_number(time)) return refused(std::string("the token's ") + name + " is not a number");
  const double seconds = json_number_value(time);
  if (!(std::fabs(seconds) <= static_cast<double>(kLastSecond))) {
    return refused(std::string("the token's ") + name + " is out of range");
  }
  return milliseconds_of(time);
}

void grant(Identity& identity, std::string_view word) {
  for (const auto& [known, right] : kScopeWords) {
    if (word == known) identity.*right = true;
  }
}

// Words are separated by single spaces (RFC 8693 section 4.2); words of other services are none of ours.
Result<void> read_scope(const json_t* claims, Identity& identity) {
  const json_t* scope = json_object_get(claims, "scope");
  if (!scope) return base::success();
  if (!json_is_string(scope)) return refused("the token's scope is not a text");
  std::string_view words = text_of(scope);
  while (!words.empty()) {
    const auto end = words.find(' ');
    grant(identity, words.substr(0, end));
    if (end == std::string_view::npos) break;
    words.remove_prefix(end + 1);
  }
  return base::success();
}

Result<domain::UserId> read_subject(const json_t* claims) {
  const json_t* sub = json_object_get(claims, "sub");
  if (!json_is_string(sub)) return refused("the token has no subject (sub)");
  auto user = base::parse_user_id(text_of(sub));
  if (!user) return refused("the token's subject (sub) is not a user id");
  return std::move(*user);
}

}  // namespace

bool is_scope_word(std::string_view word) {
  return std::ranges::any_of(kScopeWords, [&](const ScopeWord& known) { return known.word == word; });
}

Result<TokenParts> split_token(std::string_view token) {
  if (token.size() > kTokenBytesMax) return base::error(ErrorCode::malformed, "the token is too long");
  const auto texts = cut(token);
  if (!texts) return malformed();
  const auto header = decode_base64url(texts->header);
  auto payload = decode_base64url(texts->payload);
  const auto signature = decode_base64url(texts->signature);  // a fourth part is a '.', outside the alphabet
  if (!header || !payload || !signature) return malformed();
  TRY(auto parsed, read_header(*header));
  return TokenParts{std::move(parsed), std::move(*payload), signature->size()};
}

Result<Claims> read_claims(std::string_view payload) {
  const Json json = parse_object(payload);
  if (!json) return malformed();
  Claims claims;
  TRY(auto user, read_subject(json.get()));
  claims.identity.user = std::move(user);
  TRY(auto expires, read_expiry(json.get()));
  claims.identity.expires = expires;
  TRY(auto not_before, read_optional_time(json.get(), "nbf"));
  claims.not_before = not_before;
  TRY(auto issued, read_optional_time(json.get(), "iat"));
  static_cast<void>(issued);  // it must be a time, and means nothing to us
  TRY(read_scope(json.get(), claims.identity));
  return claims;
}

Result<void> check_times(const Claims& claims, base::Timestamp now) {
  if (now >= claims.identity.expires) return refused("the token has expired");
  if (now.ms + kNotBeforeLeewayMs < claims.not_before.ms) return refused("the token is not valid yet");
  return base::success();
}

}  // namespace hansard::api
