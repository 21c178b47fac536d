#include "replay/client_socket.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "replay/client_stream.h"

namespace hansard::replay {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using base::ErrorCode;
using base::Result;

// One of the two speaks, over the same stream. A read is always under way, since pings are answered by it; it goes on
// whenever something is sent.
struct ClientSocket::Connection {
  explicit Connection(Stop stop) : stream(std::move(stop)) {}

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
  // What has arrived meanwhile; a close of the peer's counts before its TCP has ended.
  void look() {
    stream.io().restart();
    stream.io().poll();
    if (!broken && reason().code != websocket::close_code::none) broken = websocket::error::closed;
  }
  // What the peer's close said; `none` before it came.
  websocket::close_reason reason() const { return is_secure ? secure.reason() : plain.reason(); }

  base::Error trouble(boost::system::error_code failed) const {
    const auto said = reason();
    if (said.code != websocket::close_code::none) {
      const std::string words(said.reason.data(), said.reason.size());
      return base::error(ErrorCode::io, "The receiver closed the WebSocket with " +
                                            std::to_string(static_cast<unsigned>(said.code)) +
                                            (words.empty() ? "" : " (" + words + ")") + ".");
    }
    if (failed == asio::error::timed_out) {
      return base::error(ErrorCode::io, "The receiver took nothing for " + std::to_string(kRequestLimit.count()) +
                                            " s on the WebSocket.");
    }
    return base::error(ErrorCode::io, "The WebSocket broke: " + failed.message() + ".");
  }
};

ClientSocket::ClientSocket(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
ClientSocket::ClientSocket(ClientSocket&&) noexcept = default;
ClientSocket::~ClientSocket() = default;

Result<ClientSocket> ClientSocket::open(const std::string& url, Stop stop) {
  TRY(const auto receiver, parse_receiver(url));
  const auto& [host, port, is_secure] = receiver.endpoint;
  const std::string authority = host + ":" + port;
  auto connection = std::make_unique<Connection>(std::move(stop));
  auto& stream = connection->stream;
  connection->is_secure = is_secure;
  boost::system::error_code failed;
  stream.connect(receiver.endpoint, failed);
  connection->with([&](auto& socket) {
    const auto shake_hands = [&](auto done) { socket.async_handshake(authority, receiver.target, std::move(done)); };
    if (!failed) stream.run(shake_hands, failed);
    socket.text(true);
    if (!failed) connection->read(socket);
  });
  if (!failed) return ClientSocket(std::move(connection));
  const std::string why = failed == asio::error::timed_out
                              ? "no answer within " + std::to_string(kRequestLimit.count()) + " s"
                              : failed.message();
  return base::error(ErrorCode::io, "No WebSocket at " + url + ": " + why + ".");
}

Result<void> ClientSocket::send(std::string_view text) {
  boost::system::error_code failed;
  connection_->look();
  if (!connection_->broken) {
    connection_->with([&](auto& socket) {
      const auto frame = asio::buffer(text.data(), text.size());
      connection_->stream.run([&](auto done) { socket.async_write(frame, std::move(done)); }, failed);
    });
  }
  if (!failed) failed = connection_->broken;
  if (failed) return connection_->trouble(failed);
  return base::success();
}

Result<void> ClientSocket::close() {
  connection_->look();
  if (connection_->broken) return connection_->trouble(connection_->broken);
  boost::system::error_code failed;
  connection_->with([&](auto& socket) {
    const auto start = [&](auto done) { socket.async_close(websocket::close_code::normal, std::move(done)); };
    connection_->stream.run(start, failed);
  });
  // The peer may keep TCP open afterwards: that is its own matter.
  if (connection_->reason().code == websocket::close_code::normal) return base::success();
  connection_->broken = failed ? failed : asio::error::make_error_code(asio::error::eof);
  const bool is_silent = failed == asio::error::timed_out && connection_->reason().code == websocket::close_code::none;
  if (is_silent) {
    return base::error(ErrorCode::io, "The receiver did not answer the close of the WebSocket within " +
                                          std::to_string(kRequestLimit.count()) + " s.");
  }
  return connection_->trouble(connection_->broken);
}

}  // namespace hansard::replay
