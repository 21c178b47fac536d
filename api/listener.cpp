#include "api/listener.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/http_session.h"
#include "api/trace.h"

namespace hansard::api {

using asio::ip::tcp;
using base::ErrorCode;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kRetry{100};
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

base::Error bind_error(const error_code& failed, const tcp::endpoint& endpoint) {
  auto where = endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
  if (failed == asio::error::address_in_use) {
    return base::error(ErrorCode::in_use, where + " is in use by another process; choose another port.");
  }
  return base::error(ErrorCode::io, "cannot listen on " + where + ": " + failed.message() + ".");
}

void say_full(tcp::socket& socket) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(kFull), ignored);
  socket.shutdown(tcp::socket::shutdown_both, ignored);
}

}  // namespace

base::Result<void> Listener::bind(const std::string& address, std::uint16_t port) {
  error_code failed;
  tcp::endpoint endpoint(asio::ip::make_address(address, failed), port);
  if (failed) return base::error(ErrorCode::malformed, "'" + address + "' is not an IP address to listen on.");
  acceptor_.open(endpoint.protocol(), failed);
  if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor_.bind(endpoint, failed);
  if (!failed) acceptor_.listen(tcp::acceptor::max_listen_connections, failed);
  if (failed) return bind_error(failed, endpoint);
  return base::success();
}

std::uint16_t Listener::port() const {
  error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

asio::awaitable<void> Listener::accept(std::vector<IoThread*> threads, std::vector<asio::io_context*> ios) {
  for (std::size_t next = 0; acceptor_.is_open(); next = (next + 1) % threads.size()) {
    error_code failed;
    auto socket = co_await acceptor_.async_accept(*ios[next], asio::redirect_error(asio::use_awaitable, failed));
    if (!acceptor_.is_open()) co_return;
    if (!failed) {
      hand_over(*threads[next], *ios[next], std::move(socket));
    } else {
      // Out of descriptors, or the peer has gone already: never spin on it.
      trace(TraceLevel::warn, "accept failed", {{"error", std::string_view(failed.message())}});
      retry_.expires_after(kRetry);
      co_await retry_.async_wait(asio::redirect_error(asio::use_awaitable, failed));
    }
  }
}

void Listener::hand_over(IoThread& thread, asio::io_context& io, tcp::socket socket) {
  auto slot = ConnectionSlot::take(thread.shared().connections, thread.limits().connections_max);
  if (!slot) return thread.tls() == nullptr ? say_full(socket) : void();
  asio::post(io, [&thread, socket = std::move(socket), slot = std::move(slot)]() mutable {
    if (thread.is_stopping()) return;
    start_http_session(thread, PeerSocket(std::move(socket), thread.tls()), std::move(slot));
  });
}

void Listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
}

}  // namespace hansard::api
