// An HTTP/1.1 client of the public API: one keep-alive connection, one request at a time, blocking. It reconnects
// and repeats when the connection breaks, when no answer comes, or when the server says 503 or 429, so every request it
// sends must be safe to repeat: commands carry an idempotency key.
//
// Thread: one at a time; an importer has one client per worker.
// Limits: kRequestLimit for connecting, for sending and for the answer, each; then it counts as broken. kFirstContact
// for a server that nobody has seen yet, and kFirstAnswer for the first thing it says.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "replay/endpoint.h"

namespace hansard::replay {

inline constexpr std::chrono::seconds kRequestLimit{30};
inline constexpr std::chrono::seconds kFirstContact{5};
inline constexpr std::chrono::seconds kFirstAnswer{10};

// True: what is under way is to end soon, with an error. Called often, on the thread that waits.
using Stop = std::function<bool()>;

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

struct ClientOptions {
  // How long a request is repeated against a server that is away before it is an error, and how often at most.
  std::chrono::seconds patience{120};
  unsigned attempts_max = 0;  // 0: as often as the patience lets it
  bool quiet = true;          // else it says on standard error what it waits for
  Stop stop{};
};

// Patience is for a server that goes away and comes back. One that is not there when a command begins, or takes a
// connection and does not answer GET /health, is a mistake in the URL, was not started, or hangs: `io`, in a sentence
// with the URL.
base::Result<void> find_server(const Endpoint& endpoint, std::chrono::seconds patience = kFirstContact,
                               const Stop& stop = {});

class Client {
 public:
  Client(Endpoint endpoint, std::string token, ClientOptions options);
  Client(Endpoint endpoint, std::string token, std::chrono::seconds patience);
  ~Client();
  base::Result<ApiResponse> send(const ApiRequest& request);
  std::uint64_t repeats() const { return repeats_; }

 private:
  struct Connection;
  base::Result<ApiResponse> try_once(const ApiRequest& request);
  base::Error away(const std::string& why) const;

  Endpoint endpoint_;
  std::string token_;
  ClientOptions options_;
  std::unique_ptr<Connection> connection_;
  std::uint64_t repeats_ = 0;
};

}  // namespace hansard::replay
