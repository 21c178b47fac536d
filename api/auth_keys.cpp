#include "api/auth_keys.h"

#include <sys/stat.h>

#include <bit>
#include <cstdint>
#include <fstream>
#include <set>
#include <utility>

#include <cjose/jwk.h>
#include <cjose/jws.h>
#include <jansson.h>

#include "api/base64url.h"
#include "api/trace.h"
#include "engine/base/file_reason.h"

namespace hansard::api {

using base::ErrorCode;
using base::Result;

namespace {

struct JsonRelease {
  void operator()(json_t* json) const { json_decref(json); }
};
using Json = std::unique_ptr<json_t, JsonRelease>;
struct JwkRelease {
  void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
};
using Jwk = std::unique_ptr<cjose_jwk_t, JwkRelease>;
struct JwsRelease {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using Jws = std::unique_ptr<cjose_jws_t, JwsRelease>;

base::Error refused(std::string detail) { return base::error(ErrorCode::refused, std::move(detail)); }
base::Error unsupported(std::string detail) { return base::error(ErrorCode::unsupported, std::move(detail)); }

// "" when the member is absent or not a text.
std::string member(const json_t* jwk, const char* name) {
  const json_t* value = json_object_get(jwk, name);
  return json_is_string(value) ? std::string(json_string_value(value), json_string_length(value)) : std::string();
}

bool has(const json_t* jwk, const char* name) { return json_object_get(jwk, name) != nullptr; }

Json parse(std::string_view text) {
  Json json(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
  return json_is_object(json.get()) ? std::move(json) : nullptr;
}

// A big-endian number without leading zeros.
std::string_view significant(std::string_view number) {
  const auto first = number.find_first_not_of('\0');
  return first == std::string_view::npos ? std::string_view() : number.substr(first);
}

std::size_t bits_of(std::string_view number) {
  const auto digits = significant(number);
  if (digits.empty()) return 0;
  return digits.size() * 8 - static_cast<std::size_t>(std::countl_zero(static_cast<std::uint8_t>(digits[0])));
}

// cjose gets a copy with the public members only, spelled out by us.
Jwk import_public(std::initializer_list<std::pair<const char*, std::string>> members) {
  const Json json(json_object());
  for (const auto& [name, value] : members) {
    json_object_set_new(json.get(), name, json_stringn(value.data(), value.size()));
  }
  const std::unique_ptr<char, decltype(&std::free)> text(json_dumps(json.get(), JSON_COMPACT), &std::free);
  cjose_err ignored;
  return Jwk(cjose_jwk_import(text.get(), std::char_traits<char>::length(text.get()), &ignored));
}

bool names_verify(const json_t* operations) {
  std::size_t index;
  json_t* operation;
  json_array_foreach(operations, index, operation) {
    if (json_is_string(operation) && std::string_view(json_string_value(operation)) == "verify") return true;
  }
  return false;
}

// RFC 7517 sections 4.2 to 4.4: what the key's owner allows it to be used for.
Result<void> check_use(const json_t* jwk, Algorithm algorithm) {
  if (has(jwk, "use") && member(jwk, "use") != "sig") return unsupported("it is not a key for signatures");
  if (has(jwk, "key_ops") && !names_verify(json_object_get(jwk, "key_ops"))) {
    return unsupported("it is not a key to verify with");
  }
  if (has(jwk, "alg") && member(jwk, "alg") != algorithm_name(algorithm)) {
    return unsupported("its algorithm is not " + std::string(algorithm_name(algorithm)));
  }
  return base::success();
}

struct Imported {
  Jwk jwk;
  std::size_t signature_bytes = 0;
};

Result<Imported> import_secret(std::string_view secret) {
  if (secret.size() < kHmacKeyBytesMin) {
    return refused("an HS256 secret needs at least 32 bytes, this one has " + std::to_string(secret.size()));
  }
  cjose_err ignored;
  Jwk jwk(cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size(), &ignored));
  if (!jwk) return refused("the secret cannot be used as a key");
  return Imported{std::move(jwk), 32};
}

Result<Imported> import_rsa(const json_t* json) {
  const auto modulus = decode_base64url(member(json, "n"));
  const auto exponent = decode_base64url(member(json, "e"));
  if (!modulus || !exponent) return refused("it is not a well-formed RSA key");
  const std::size_t bits = bits_of(*modulus);
  if (bits < kRsaBitsMin) return refused("an RSA key needs at least 2048 bits, this one has " + std::to_string(bits));
  if (bits > kRsaBitsMax) return refused("an RSA key may have at most 8192 bits, this one has " + std::to_string(bits));
  // An exponent of one would accept any signature that is the padded digest itself.
  if (bits_of(*exponent) < 2 || bits_of(*exponent) > 64 || (exponent->back() & 1) == 0) {
    return refused("its RSA exponent is not an odd number from 3 up");
  }
  Jwk jwk = import_public({{"kty", "RSA"}, {"n", member(json, "n")}, {"e", member(json, "e")}});
  if (!jwk) return refused("it is not a well-formed RSA key");
  return Imported{std::move(jwk), (bits + 7) / 8};
}

Result<Imported> import_ec(const json_t* json) {
  if (member(json, "crv") != "P-256") return unsupported("its curve is not P-256");
  const auto x = decode_base64url(member(json, "x"));
  const auto y = decode_base64url(member(json, "y"));
  if (!x || !y || x->size() != 32 || y->size() != 32) return refused("it is not a well-formed P-256 key");
  Jwk jwk = import_public({{"kty", "EC"}, {"crv", "P-256"}, {"x", member(json, "x")}, {"y", member(json, "y")}});
  if (!jwk) return refused("it is not a point of the curve P-256");
  return Imported{std::move(jwk), 64};
}

std::optional<Algorithm> algorithm_of_kind(const std::string& kind) {
  if (kind == "oct") return Algorithm::hs256;
  if (kind == "RSA") return Algorithm::rs256;
  if (kind == "EC") return Algorithm::es256;
  return std::nullopt;
}

Result<Imported> import(const json_t* json, Algorithm algorithm) {
  if (algorithm == Algorithm::rs256) return import_rsa(json);
  if (algorithm == Algorithm::es256) return import_ec(json);
  const auto secret = decode_base64url(member(json, "k"));
  if (!secret) return refused("it is not a well-formed secret");
  return import_secret(*secret);
}

std::string dump(const json_t* json) {
  const std::unique_ptr<char, decltype(&std::free)> text(json_dumps(json, JSON_COMPACT), &std::free);
  return text ? std::string(text.get()) : std::string();
}

bool is_symmetric(const VerificationKey& key) { return key.algorithm() == Algorithm::hs256; }

// Rules about the set as a whole; `key` is about to join `keys`.
Result<void> check_joins(const std::vector<VerificationKey>& keys, const VerificationKey& key) {
  if (key.kid().empty()) return refused("a key of the set has no kid");
  for (const auto& other : keys) {
    if (other.kid() == key.kid()) return refused("the kid '" + key.kid() + "' is in the set twice");
    if (is_symmetric(other) != is_symmetric(key)) return refused("the set mixes secrets and public keys");
  }
  return base::success();
}

}  // namespace

struct VerificationKey::Impl {
  Algorithm algorithm;
  std::string kid;
  Imported key;
};

VerificationKey::VerificationKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VerificationKey::VerificationKey(VerificationKey&&) noexcept = default;
VerificationKey& VerificationKey::operator=(VerificationKey&&) noexcept = default;
VerificationKey::~VerificationKey() = default;

std::string_view algorithm_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::hs256:
      return "HS256";
    case Algorithm::rs256:
      return "RS256";
    case Algorithm::es256:
      return "ES256";
  }
  return "";
}

Result<VerificationKey> VerificationKey::from_secret(std::string_view secret) {
  TRY(auto key, import_secret(secret));
  return VerificationKey(std::make_unique<Impl>(Impl{Algorithm::hs256, "", std::move(key)}));
}

Result<VerificationKey> VerificationKey::from_jwk(std::string_view text) {
  const Json json = parse(text);
  if (!json) return refused("it is not a JSON object");
  const auto algorithm = algorithm_of_kind(member(json.get(), "kty"));
  if (!algorithm) return unsupported("its kind (kty) is not RSA, EC or oct");
  TRY(check_use(json.get(), *algorithm));
  TRY(auto key, import(json.get(), *algorithm));
  return VerificationKey(std::make_unique<Impl>(Impl{*algorithm, member(json.get(), "kid"), std::move(key)}));
}

Algorithm VerificationKey::algorithm() const { return impl_->algorithm; }
const std::string& VerificationKey::kid() const { return impl_->kid; }

bool VerificationKey::verifies(std::string_view token, std::size_t signature_bytes) const {
  // cjose compares as many bytes as the digest has, whatever the signature's length.
  if (signature_bytes != impl_->key.signature_bytes) return false;
  cjose_err ignored;
  const Jws jws(cjose_jws_import(token.data(), token.size(), &ignored));
  return jws && cjose_jws_verify(jws.get(), impl_->key.jwk.get(), &ignored);
}

Result<std::string> read_key_file(const std::string& path) {
  if (const auto why = base::why_unreadable(path); !why.empty()) {
    return base::error(ErrorCode::not_found, "the key file " + path + " cannot be read: " + why);
  }
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kKeyFileBytesMax + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.is_open() || file.bad()) return base::error(ErrorCode::io, "the key file " + path + " cannot be read");
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > kKeyFileBytesMax) return refused("the key file " + path + " is larger than 256 KiB");
  if (bytes.ends_with('\n')) bytes.pop_back();
  return bytes;
}

void warn_if_others_may_read(const std::string& path) {
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0 || (file.st_mode & (S_IRGRP | S_IROTH)) == 0) return;
  trace(TraceLevel::warn, "a key file may be read by others than its owner (chmod 600 it)", {{"file", path}});
}

Result<std::vector<VerificationKey>> parse_key_set(std::string_view json) {
  const Json set = parse(json);
  const json_t* members = set ? json_object_get(set.get(), "keys") : nullptr;
  if (!json_is_array(members)) return refused("it is not a JSON Web Key set ({\"keys\": [...]})");
  if (json_array_size(members) > kKeysMax) return refused("the set has more than 100 keys");
  std::vector<VerificationKey> keys;
  std::size_t index;
  json_t* jwk;
  json_array_foreach(members, index, jwk) {
    auto key = VerificationKey::from_jwk(dump(jwk));
    if (!key && key.error().code == ErrorCode::unsupported) {
      trace(TraceLevel::warn, "a key of the set is skipped",
            {{"kid", member(jwk, "kid")}, {"why", key.error().detail}});
      continue;
    }
    if (!key) return refused("key " + std::to_string(index + 1) + " of the set: " + key.error().detail);
    TRY(check_joins(keys, key.value()));
    keys.push_back(std::move(key.value()));
  }
  if (keys.empty()) return refused("the set has no key that tokens can be verified with");
  return keys;
}

}  // namespace hansard::api
