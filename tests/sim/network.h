// The network between simulated clients and the server: sockets and requests whose bytes lie in two queues until
// somebody lets them pass. Within a socket order is kept, as TCP keeps it; between sockets there is none. Either end
// may be gone before the other knows.
//
//   client ─► to_server ─► SocketSession ─► outbox ─► writing ─► to_client ─► client
//
// Thread: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "api/http_types.h"
#include "tests/sim/bugs.h"
#include "tests/sim/chance.h"
#include "tests/sim/node.h"

namespace hansard::api {
class SocketSession;  // ws_session_frames.h
}

namespace hansard::sim {

class Socket {
 public:
  // A handshake that succeeds; `resume` as in ?resume=.
  Socket(Node& node, std::size_t io_thread, const std::string& user, std::optional<std::string> resume, Bug bug);

  void send(std::string text) { to_server_.push_back(std::move(text)); }
  // The oldest frame that has arrived; nothing: none.
  std::optional<std::string> receive();
  // The client is gone; what it sent before may still arrive.
  void hang_up() { has_hung_up_ = true; }
  // Nothing more will come to the client.
  bool is_over() const { return has_server_closed_ && to_client_.empty(); }

  // One frame to the server, if it reads now.
  bool carry_to_server();
  // Up to `frames` frames from the server onto the wire.
  bool carry_to_client(std::size_t frames);
  // The server sees that the client is gone.
  bool notice_hang_up();
  // No frame is under way, and none is left that the server has not read.
  bool is_quiet() const { return to_server_.empty() && to_client_.empty() && writing_.empty(); }

  // The server's process is gone. What lay on the wire may still come.
  void lose_server();

 private:
  void put_on_wire(const std::string& frame);

  std::shared_ptr<api::SocketSession> session_;                    // nothing: the server has ended it
  std::shared_ptr<bool> is_open_ = std::make_shared<bool>(false);  // nothing is read before
  const Bug bug_;
  std::deque<std::string> to_server_, to_client_;
  std::deque<std::shared_ptr<const std::string>> writing_;
  std::size_t events_ = 0;
  bool has_hung_up_ = false;
  bool has_server_closed_ = false;
};

// One HTTP request and its response.
class Exchange {
 public:
  struct Wire {
    std::optional<api::Response> response;
  };
  explicit Exchange(api::Request request) : request_(std::move(request)) {}
  // The request reaches the server.
  void carry_to_server(Node& node, std::size_t io_thread);
  bool has_been_carried() const { return was_carried_; }
  // The response, once; nothing: not yet.
  std::optional<api::Response> receive();

 private:
  api::Request request_;
  std::shared_ptr<Wire> wire_ = std::make_shared<Wire>();
  bool was_carried_ = false;
};

}  // namespace hansard::sim
