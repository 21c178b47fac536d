// The keys a token may be signed with: each has one algorithm for ever (RFC 8725 section 3.1), so a public key can
// never be used as an HMAC secret. Read from a secret file or a JSON Web Key set (RFC 7517).
//
// Thread: any after construction.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace hansard::api {

enum class Algorithm { hs256, rs256, es256 };
std::string_view algorithm_name(Algorithm algorithm);  // as in a token's "alg"

inline constexpr std::size_t kHmacKeyBytesMin = 32;
inline constexpr std::size_t kRsaBitsMin = 2'048;
inline constexpr std::size_t kRsaBitsMax = 8'192;  // more only costs time: no issuer uses it
inline constexpr std::size_t kKeyFileBytesMax = 256u << 10;
inline constexpr std::size_t kKeysMax = 100;  // of one set

class VerificationKey {
 public:
  VerificationKey(VerificationKey&&) noexcept;
  VerificationKey& operator=(VerificationKey&&) noexcept;
  ~VerificationKey();

  // `refused` for fewer than kHmacKeyBytesMin bytes.
  static base::Result<VerificationKey> from_secret(std::string_view secret);
  // One member of a set as JSON text; only its public half is kept of an asymmetric one. `unsupported` for a kind,
  // curve, use or algorithm Hansard does not verify with; `refused` for a weak or malformed one.
  static base::Result<VerificationKey> from_jwk(std::string_view json);

  Algorithm algorithm() const;
  const std::string& kid() const;  // "" for none
  // `token` is header.payload.signature in canonical base64url, its header names this key's algorithm and
  // `signature_bytes` is the size of the decoded signature.
  bool verifies(std::string_view token, std::size_t signature_bytes) const;

 private:
  struct Impl;
  explicit VerificationKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The file's bytes without one trailing newline. `not_found`, `io`, or `refused` when it is larger than
// kKeyFileBytesMax.
base::Result<std::string> read_key_file(const std::string& path);

// A file that holds secrets and that others than its owner may read is traced as a warning, not refused: the secrets
// a container mounts are often readable for all inside it.
void warn_if_others_may_read(const std::string& path);

// Every usable key of {"keys": [...]}. Keys of an unsupported kind are skipped with a warning, as RFC 7517 section 5
// asks. `refused` when a key is weak, has no kid or one that is there twice, when symmetric and public keys are mixed,
// or when nothing is left.
base::Result<std::vector<VerificationKey>> parse_key_set(std::string_view json);

}  // namespace hansard::api
