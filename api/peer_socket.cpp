#include "api/peer_socket.h"

#include <netinet/tcp.h>

#include <string_view>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hansard::api {

namespace {

using State = TlsConnection::State;
using UnsentBytesMax = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;

constexpr std::string_view kSpeakTls =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 46\r\nConnection: close\r\n\r\n"
    "This port speaks HTTPS: ask for https:// here\n";
constexpr std::size_t kSeenBytesMax = 4u << 10;

// A handshake begins with the byte 22; a request line with a method in capital letters.
bool looks_like_http(std::string_view start) {
  return start.size() >= 3 &&
         std::all_of(start.begin(), start.begin() + 3, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

PeerSocket::PeerSocket(Tcp socket, const TlsContext* context) : tcp_(std::move(socket)) {
  non_blocking(true);
  if (context != nullptr) tls_ = context->accept(tcp_.native_handle());
  ErrorCode ignored;
  if (context != nullptr && !tls_) tcp_.close(ignored);
}

std::string PeerSocket::address() const {
  ErrorCode ignored;
  return tcp_.remote_endpoint(ignored).address().to_string();
}

void PeerSocket::set_options() {
  ErrorCode ignored;
  tcp_.set_option(asio::ip::tcp::no_delay(true), ignored);
  tcp_.set_option(UnsentBytesMax(kUnsentBytesMax), ignored);
}

asio::awaitable<bool> PeerSocket::handshake() {
  if (!tls_) co_return tcp_.is_open();
  bool is_refused = co_await refuse_plain_http();
  ErrorCode failed;
  while (!is_refused && !failed) {
    if (!tcp_.is_open()) co_return false;
    const auto state = tls_->handshake();
    if (state == State::done) co_return true;
    if (state == State::failed) co_return false;
    const auto what = state == State::wants_read ? Tcp::wait_read : Tcp::wait_write;
    co_await tcp_.async_wait(what, asio::redirect_error(asio::use_awaitable, failed));
  }
  co_return false;
}

// True when the connection is of no use: it broke, or its first bytes are a request line.
asio::awaitable<bool> PeerSocket::refuse_plain_http() {
  ErrorCode failed;
  co_await tcp_.async_wait(wait_read, asio::redirect_error(asio::use_awaitable, failed));
  std::array<char, kSeenBytesMax> seen;
  if (!failed) {
    const auto size = tcp_.receive(asio::buffer(seen), Tcp::message_peek, failed);
    if (!failed && !looks_like_http({seen.data(), size})) co_return false;
  }
  if (failed) co_return true;
  tcp_.write_some(asio::buffer(kSpeakTls), failed);
  tcp_.shutdown(shutdown_send, failed);
  // Closing with unread input would make the kernel reset the connection and the answer be lost on its way.
  tcp_.read_some(asio::buffer(seen), failed);
  co_return true;
}

std::size_t PeerSocket::read_some(asio::mutable_buffer to, ErrorCode& failed) {
  if (!tls_) return tcp_.read_some(to, failed);
  failed = asio::error::bad_descriptor;
  if (!tcp_.is_open()) return 0;
  const auto moved = tls_->read(to.data(), to.size());
  read_wants_write_ = moved.state == State::wants_write;
  failed = {};
  if (moved.state == State::failed) failed = asio::error::connection_reset;
  if (moved.state == State::wants_read || read_wants_write_) failed = asio::error::would_block;
  if (moved.state == State::done && moved.size == 0) failed = asio::error::eof;
  return moved.size;
}

std::size_t PeerSocket::write_some(asio::const_buffer from, ErrorCode& failed) {
  if (!tls_) return tcp_.write_some(from, failed);
  failed = asio::error::would_block;
  return 0;
}

PeerSocket::Peek PeerSocket::peek() {
  char byte = 0;
  ErrorCode failed;
  if (tls_) {
    if (!tcp_.is_open()) return Peek::ended;
    const auto state = tls_->peek();
    if (state == State::failed) return Peek::ended;
    return state == State::done ? Peek::sent : Peek::nothing;
  }
  tcp_.receive(asio::buffer(&byte, 1), Tcp::message_peek, failed);
  if (failed == asio::error::would_block || failed == asio::error::try_again) return Peek::nothing;
  return failed ? Peek::ended : Peek::sent;
}

void PeerSocket::shutdown(Tcp::shutdown_type what, ErrorCode& failed) {
  if (tls_ && tcp_.is_open()) tls_->say_end();
  tcp_.shutdown(what, failed);
}

}  // namespace hansard::api
