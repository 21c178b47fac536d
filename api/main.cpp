// The program `hansard`. Exceptions of libraries that no room has caught stop here.
#include <cstdio>
#include <exception>

#include "api/command_line.h"
#include "api/serve.h"
#include "api/token_command.h"

namespace {

using namespace hansard;

int run(const api::EndNow& end) {
  std::fputs(end.out.c_str(), stdout);
  std::fputs(end.err.c_str(), stderr);
  return end.status;
}
int run(const api::ServeCommand& serve) { return api::run_serve(serve); }
int run(const api::TokenCommand& token) { return api::run_token(token, base::system_clock()); }

}  // namespace

int main(int argc, char** argv) {
  try {
    return std::visit([](const auto& command) { return run(command); }, api::parse_command_line(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hansard: %s\n", error.what());
    return api::kExitFailed;
  }
}
