// An HTTP/1.1 client of the public API: one keep-alive connection, one request at a time, blocking. It reconnects
// and repeats when the connection breaks or the server says 503 or 429, so every request it sends must be safe to
// repeat: commands carry an idempotency key.
//
// Thread: one at a time; an importer has one client per worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
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

struct ApiRequest {
  std::string method = "GET";
  std::string target;
  std::string act_as;  // "" for the token's own user
  std::string key;     // idempotency key, "" for none
  std::string body;
};
struct ApiResponse {
  unsigned status = 0;
  std::string body;
};

class Client {
 public:
  // `patience`: how long a request is repeated against a server that is away before it is an error.
  Client(Endpoint endpoint, std::string token, std::chrono::seconds patience);
  ~Client();
  base::Result<ApiResponse> send(const ApiRequest& request);
  std::uint64_t repeats() const { return repeats_; }

 private:
  struct Connection;
  base::Result<ApiResponse> try_once(const ApiRequest& request);

  Endpoint endpoint_;
  std::string token_;
  std::chrono::seconds patience_;
  std::unique_ptr<Connection> connection_;
  std::uint64_t repeats_ = 0;
};

}  // namespace hansard::replay
