#include "replay/server_options.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "replay/command_output.h"

namespace hansard::replay {

void add_server_options(CLI::App& command, ServerOptions& options, const std::string& scope, bool required) {
  command.add_option("--url", options.url, "the server, such as http://127.0.0.1:8080")->required(required);
  command.add_option("--token-file", options.token_file, "a file with a token of scope " + scope)
      ->required(required)
      ->check(CLI::ExistingFile);
  command.add_option("--connections", options.connections, "connections side by side")->check(CLI::Range(1, 512));
  command.add_option("--patience", options.patience_s, "seconds to wait for a server that goes away (120)");
  command.add_flag("--json", options.json, "one JSON object on standard output");
  command.add_flag("--quiet", options.quiet, "no progress");
}

base::Result<Server> server_of(const ServerOptions& options, const Stop& stop) {
  TRY(auto endpoint, parse_endpoint(options.url));
  TRY(auto token, read_token(options.token_file));
  TRY(find_server(endpoint, std::min(kFirstContact, std::chrono::seconds(options.patience_s)), stop));
  return Server{std::move(endpoint), std::move(token)};
}

}  // namespace hansard::replay
