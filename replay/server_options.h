// The options of commands that talk to a server through its public API.
//
// Thread: main.
#pragma once

#include <chrono>
#include <string>
#include <utility>

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

// What work against a server (an import, a check) takes from the options, by the names it has for it. `asks`: false
// where it does without a server this time.
template <class Work>
base::Result<void> give_server(Work& work, const ServerOptions& options, bool asks = true) {
  work.quiet = options.quiet;
  work.patience = std::chrono::seconds(options.patience_s);
  if (options.connections > 0) work.connections = options.connections;
  if (!asks) return base::success();
  TRY(auto server, server_of(options));
  work.endpoint = std::move(server.endpoint);
  work.token = std::move(server.token);
  return base::success();
}

}  // namespace hansard::replay
