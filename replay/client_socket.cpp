#include "replay/client_socket.h"

#include <chrono>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/url/parse.hpp>

#include "replay/client_stream.h"

namespace hansard::replay {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using base::ErrorCode;
using base::Result;

namespace {
constexpr std::chrono::seconds kClosing{2};  // for the peer's answer to a close
}

// One of the two speaks, over the same stream. A read is always under way, since pings are answered by it; it goes on
// whenever something is sent.
struct ClientSocket::Connection {
  ClientStream stream;
  websocket::stream<ClientStream::Tcp::socket&> plain{stream.plain()};
  websocket::stream<ClientStream::Secure&> secure{stream.secure()};
  bool is_secure = false;
  boost::beast::flat_buffer in;
  boost::system::error_code broken;

  template <class Use>
  void with(Use use) {
    is_secure ? use(secure) : use(plain);
  }
  template <class Socket>
  void read(Socket& socket) {
    socket.async_read(in, [this, &socket](boost::system::error_code failed, std::size_t size) {
      in.consume(size);
      broken = failed;
      if (!failed) read(socket);
    });
  }
};

ClientSocket::ClientSocket(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
ClientSocket::ClientSocket(ClientSocket&&) noexcept = default;

ClientSocket::~ClientSocket() {
  if (!connection_) return;
  if (connection_->broken) return;
  connection_->with([](auto& socket) { socket.async_close(websocket::close_code::normal, [](auto) {}); });
  connection_->stream.io().restart();
  connection_->stream.io().run_for(kClosing);
}

Result<ClientSocket> ClientSocket::open(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  const bool is_secure = parsed && parsed->scheme() == "wss";
  if (!parsed || (!is_secure && parsed->scheme() != "ws") || parsed->encoded_host().empty()) {
    return base::error(ErrorCode::malformed,
                       "The URL must look like ws://127.0.0.1:9000/path or wss://example.org/path.");
  }
  const std::string host(parsed->encoded_host_address());
  const bool has_port = parsed->has_port() && !parsed->port().empty();
  const std::string port = has_port ? std::string(parsed->port()) : is_secure ? "443" : "80";
  std::string target(parsed->encoded_resource());
  if (target.empty()) target = "/";
  auto connection = std::make_unique<Connection>();
  connection->is_secure = is_secure;
  boost::system::error_code failed;
  connection->stream.connect(host, port, is_secure, failed);
  connection->with([&](auto& socket) {
    if (!failed) socket.handshake(host + ":" + port, target, failed);
    socket.text(true);
    if (!failed) connection->read(socket);
  });
  if (failed) return base::error(ErrorCode::io, "No WebSocket at " + url + ": " + failed.message() + ".");
  return ClientSocket(std::move(connection));
}

Result<void> ClientSocket::send(std::string_view text) {
  auto& io = connection_->stream.io();
  boost::system::error_code failed;
  bool is_sent = false;
  io.restart();
  io.poll();
  connection_->with([&](auto& socket) {
    socket.async_write(asio::buffer(text.data(), text.size()), [&](boost::system::error_code code, std::size_t) {
      failed = code;
      is_sent = true;
    });
  });
  while (!is_sent) io.run_one();
  if (!failed) failed = connection_->broken;
  if (failed) return base::error(ErrorCode::io, "The WebSocket broke: " + failed.message() + ".");
  return base::success();
}

}  // namespace hansard::replay
