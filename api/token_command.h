// `hansard token`: a signed token on standard output and nothing else.
#pragma once

#include "api/command_line.h"
#include "engine/base/clock.h"

namespace hansard::api {

// The token, or one sentence about the secret file.
base::Result<std::string> token_for(const TokenCommand& command, base::Timestamp now);
// Prints it; returns the exit status.
int run_token(const TokenCommand& command, base::Clock& clock);

}  // namespace hansard::api
