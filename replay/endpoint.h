// Where a command talks to: a server of ours, or whoever a replay is for. What cannot be an address is refused before
// anything is tried.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::replay {

struct Endpoint {
  std::string host;
  std::string port;
  bool is_secure = false;
};
// http://HOST[:PORT][/] or https://…; anything else is malformed. Certificates are held against those the machine
// trusts, or the file that SSL_CERT_FILE names.
base::Result<Endpoint> parse_endpoint(std::string_view url);

struct Receiver {
  Endpoint endpoint;
  std::string target;  // path and query
  bool is_socket = false;
};
// http://, https://, ws:// or wss://HOST[:PORT][/PATH][?QUERY].
base::Result<Receiver> parse_receiver(std::string_view url);

}  // namespace hansard::replay
