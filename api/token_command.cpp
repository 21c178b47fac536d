#include "api/token_command.h"

#include <cstdio>

#include "api/auth.h"
#include "api/auth_keys.h"

namespace hansard::api {

base::Result<std::string> token_for(const TokenCommand& command, base::Timestamp now) {
  TRY(auto secret, read_key_file(command.secret_file));
  return make_token(secret, {command.subject, command.scope, now, {now.ms + command.ttl_s * 1'000}});
}

int run_token(const TokenCommand& command, base::Clock& clock) {
  const auto token = token_for(command, clock.now());
  if (!token) {
    std::fprintf(stderr, "hansard: %s\n", token.error().detail.c_str());
    return kExitFailed;
  }
  const bool printed = std::printf("%s\n", token.value().c_str()) > 0 && std::fflush(stdout) == 0;
  return printed ? kExitOk : kExitFailed;
}

}  // namespace hansard::api
