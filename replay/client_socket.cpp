#include "replay/client_socket.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/url/parse.hpp>

namespace hansard::replay {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using base::ErrorCode;
using base::Result;

struct ClientSocket::Connection {
  asio::io_context io;
  websocket::stream<tcp::socket> stream{io};
};

ClientSocket::ClientSocket(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
ClientSocket::ClientSocket(ClientSocket&&) noexcept = default;

ClientSocket::~ClientSocket() {
  if (!connection_) return;
  boost::system::error_code ignored;
  connection_->stream.close(websocket::close_code::normal, ignored);
}

Result<ClientSocket> ClientSocket::open(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->scheme() != "ws" || parsed->encoded_host().empty()) {
    return base::error(ErrorCode::malformed, "The URL must look like ws://127.0.0.1:9000/path.");
  }
  const std::string host(parsed->encoded_host_address());
  const std::string port = parsed->has_port() && !parsed->port().empty() ? std::string(parsed->port()) : "80";
  std::string target(parsed->encoded_resource());
  if (target.empty()) target = "/";
  auto connection = std::make_unique<Connection>();
  boost::system::error_code failed;
  const auto addresses = tcp::resolver(connection->io).resolve(host, port, failed);
  if (!failed) asio::connect(connection->stream.next_layer(), addresses, failed);
  if (!failed) connection->stream.handshake(host + ":" + port, target, failed);
  if (failed) return base::error(ErrorCode::io, "No WebSocket at " + url + ": " + failed.message() + ".");
  connection->stream.text(true);
  return ClientSocket(std::move(connection));
}

Result<void> ClientSocket::send(std::string_view text) {
  boost::system::error_code failed;
  auto& stream = connection_->stream;
  // Pings are answered while something is read; only what is there already.
  boost::beast::flat_buffer answer;
  while (!failed && stream.next_layer().available(failed) > 0) stream.read(answer, failed);
  if (!failed) stream.write(asio::buffer(text.data(), text.size()), failed);
  if (failed) return base::error(ErrorCode::io, "The WebSocket broke: " + failed.message() + ".");
  return base::success();
}

}  // namespace hansard::replay
