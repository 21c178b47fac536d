// The options of commands that talk to a server through its public API.
//
// Thread: main.
#pragma once

#include <chrono>
#include <string>

#include "engine/base/result.h"
#include "replay/client.h"

namespace CLI {
class App;
}

namespace hansard::replay {

struct ServerOptions {
  std::string url, token_file;
  unsigned connections = 0;  // 0: the command's own choice
  unsigned patience_s = 120;
  bool json = false, quiet = false;
};
// `required`: there is nothing to do without a server.
void add_server_options(CLI::App& command, ServerOptions& options, const std::string& scope, bool required = true);

// Who is asked, with which token: somebody listens there.
struct Server {
  Endpoint endpoint;
  std::string token;
};
base::Result<Server> server_of(const ServerOptions& options, const Stop& stop = {});

}  // namespace hansard::replay
