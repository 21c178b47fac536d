// The one accepting socket: takes connections and gives them to the io threads in turn. One acceptor instead of one
// per thread (SO_REUSEPORT): then a port in use is seen at bind also between servers that both ask for reuse, the
// threads get equal shares whatever the kernel's hash says, and nothing waits in the backlog of a busy thread.
//
// Thread: bind from the owner; accept and close on the first io thread.
// Limits: limits.connections_max; who comes beyond it is told 503 and closed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "api/io_thread.h"
#include "engine/base/result.h"

namespace hansard::api {

class Listener {
 public:
  explicit Listener(asio::io_context& io) : io_(io), acceptor_(io), retry_(io) {}

  // See Server::bind for the errors.
  base::Result<void> bind(const std::string& address, std::uint16_t port);
  std::uint16_t port() const;

  // Until close. threads[i] runs ios[i].
  asio::awaitable<void> accept(std::vector<IoThread*> threads, std::vector<asio::io_context*> ios);
  void close();

 private:
  void hand_over(IoThread& thread, asio::io_context& io, asio::ip::tcp::socket socket);

  asio::io_context& io_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer retry_;
};

}  // namespace hansard::api
