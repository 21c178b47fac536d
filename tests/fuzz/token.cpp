// Tokens before their signature is looked at: the compact form, the header, the claims.
#include "api/auth_token.h"
#include "api/base64url.h"
#include "engine/base/utf8.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;

namespace {
void check_claims(std::string_view payload) {
  auto claims = api::read_claims(payload);
  if (!claims) return;
  const auto& subject = claims.value().identity.user.value;
  must(!subject.empty() && subject.size() <= 128 && base::is_valid_utf8(subject), "a subject is a user id");
  (void)api::check_times(claims.value(), {1'700'000'000'000});
}
}  // namespace

// The first byte chooses between a whole token and its claims, which a signature would have to cover.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto text = fuzz::text_of(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    check_claims(text);
    return 0;
  }
  auto parts = api::split_token(text);
  if (!parts) return 0;
  must(text.size() <= api::kTokenBytesMax, "a token is within its limit");
  check_claims(parts.value().payload);
  return 0;
}
