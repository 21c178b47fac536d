// Who is asking: tokens (JWT, RFC 7519; JWS compact, RFC 7515) to callers. Signatures are verified by cjose; what a
// token may look like is checked strictly before (canonical base64url, one algorithm per key, minimum key sizes).
// Tokens never reach a trace.
//
// Thread: any after construction.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/domain/commands.h"

namespace hansard::api {

using base::Result;

struct Identity {
  domain::UserId user;
  bool service = false;
  bool audit = false;
  bool admin = false;
  base::Timestamp expires;
};

// The words of a token's scope and what each of them grants.
struct ScopeWord {
  std::string_view word;
  bool Identity::* right;
};
inline constexpr std::array<ScopeWord, 3> kScopeWords = {
    {{"service", &Identity::service}, {"audit", &Identity::audit}, {"admin", &Identity::admin}}};
bool is_scope_word(std::string_view word);

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // The detail of an error is safe to show ("the token has expired"); it never holds a part of the token.
  virtual Result<Identity> authenticate(std::string_view token, base::Timestamp now) const = 0;
};

struct KeyFiles {
  std::string secret_file;  // HS256; at least 32 bytes after trimming one trailing newline
  std::string jwks_file;    // RS256 (>= 2048 bits), ES256 (P-256), HS256 (oct >= 32 bytes), each with kid
};
// `refused` when neither is given or a key is too small, of a mixed kind, or a kid is there twice.
Result<std::unique_ptr<Authenticator>> open_authenticator(const KeyFiles& files);

// HS256, for `hansard token` and the demo.
struct TokenRequest {
  std::string subject;
  std::string scope;
  base::Timestamp issued;
  base::Timestamp expires;
};
Result<std::string> make_token(std::string_view secret, const TokenRequest& request);

}  // namespace hansard::api
