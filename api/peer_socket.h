// An accepted connection: TCP, or TLS over it, as one type, so that HTTP and WebSocket sessions are written once. It is
// used like a non-blocking TCP socket of Asio: wait until there may be something, read what there is.
//
// Once it is closed nothing of TLS is asked: OpenSSL knows the descriptor by its number, which by then may be that of
// another connection or file.
//
// Without TLS every call is the socket's own. With it "would block" may follow a wait that ended well (half a record
// has come), as it may with a bare socket.
//
// Thread: the io thread of the socket. One read, one write and one wait to read at a time. Does not move while one
// waits.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "api/tls.h"

namespace hansard::api {

namespace asio = boost::asio;

class PeerSocket {
 public:
  using ErrorCode = boost::system::error_code;
  using Tcp = asio::ip::tcp::socket;
  using executor_type = Tcp::executor_type;
  static constexpr auto wait_read = Tcp::wait_read;
  static constexpr auto shutdown_send = Tcp::shutdown_send;
  static constexpr auto shutdown_both = Tcp::shutdown_both;

  static constexpr int kUnsentBytesMax = 32 << 10;

  // What the peer has done that was not read yet.
  enum class Peek { nothing, sent, ended };

  // `context`: nothing for plain TCP.
  PeerSocket(Tcp socket, const TlsContext* context);

  executor_type get_executor() { return tcp_.get_executor(); }
  std::string address() const;  // of the peer, without port
  bool is_secure() const { return tls_ != nullptr; }
  // What is written leaves at once, and what the network does not take yet stays with us: of that the kernel keeps at
  // most about kUnsentBytesMax, instead of the megabytes it would buffer for a peer that does not read. So "slow" shows
  // soon, and a peer that reads slowly is seen to take bytes again and again (tcp(7), TCP_NOTSENT_LOWAT).
  void set_options();
  void non_blocking(bool on) {
    ErrorCode ignored;
    tcp_.non_blocking(on, ignored);
  }

  // Before anything is read or written; true at once without TLS. A client that speaks HTTP to the port of HTTPS is
  // told.
  asio::awaitable<bool> handshake();

  std::size_t read_some(asio::mutable_buffer to, ErrorCode& failed);
  // With TLS nothing is written: "would block".
  std::size_t write_some(asio::const_buffer from, ErrorCode& failed);
  Peek peek();
  void shutdown(Tcp::shutdown_type what, ErrorCode& failed);
  void close(ErrorCode& failed) { tcp_.close(failed); }

  template <class Token>
  auto async_wait(Tcp::wait_type what, Token&& token) {
    if (!tls_) return tcp_.async_wait(what, std::forward<Token>(token));
    return asio::async_compose<Token, void(ErrorCode)>(WaitOp{*this, what}, token, tcp_);
  }
  template <class ConstBuffers, class Token>
  auto async_write_some(const ConstBuffers& buffers, Token&& token) {
    if (!tls_) return tcp_.async_write_some(buffers, std::forward<Token>(token));
    return asio::async_compose<Token, void(ErrorCode, std::size_t)>(WriteOp<ConstBuffers>{*this, buffers}, token, tcp_);
  }

 private:
  asio::awaitable<bool> refuse_plain_http();

  static constexpr std::size_t kRecordBytesMax = 16u << 10;  // of TLS

  // What OpenSSL has decrypted already does not show at the socket.
  struct WaitOp {
    PeerSocket& peer;
    Tcp::wait_type what;
    bool has_waited = false;

    template <class Self>
    void operator()(Self& self, ErrorCode failed = {}) {
      if (has_waited) return self.complete(failed);
      has_waited = true;
      auto& at = peer;  // self is moved away below
      if (what == wait_read && at.tls_->has_decrypted()) return asio::post(at.get_executor(), std::move(self));
      const bool is_to_write = what == wait_read && at.read_wants_write_;
      at.tcp_.async_wait(is_to_write ? Tcp::wait_write : what, std::move(self));
    }
  };

  // One record at a time; a short head and its body share one.
  template <class ConstBuffers>
  struct WriteOp {
    PeerSocket& peer;
    ConstBuffers buffers;
    enum { starting, waiting, posted } step = starting;
    std::size_t size = 0;
    ErrorCode ended{};

    template <class Self>
    void operator()(Self& self, ErrorCode failed = {}) {
      if (step == posted) return self.complete(ended, size);
      if (failed) return self.complete(failed, 0);
      auto& at = peer;
      if (!at.tcp_.is_open()) return end(self, asio::error::bad_descriptor);
      const auto moved = write_record();
      size = moved.size;
      const bool must_wait =
          moved.state == TlsConnection::State::wants_read || moved.state == TlsConnection::State::wants_write;
      if (must_wait) {
        step = waiting;
        const bool is_to_read = moved.state == TlsConnection::State::wants_read;
        return at.tcp_.async_wait(is_to_read ? Tcp::wait_read : Tcp::wait_write, std::move(self));
      }
      end(self, moved.state == TlsConnection::State::failed ? ErrorCode(asio::error::connection_reset) : ErrorCode());
    }

    // Never inside the call that starts it.
    template <class Self>
    void end(Self& self, ErrorCode how) {
      ended = how;
      if (step == waiting) return self.complete(ended, size);
      step = posted;
      auto& at = peer;
      asio::post(at.get_executor(), std::move(self));
    }

    TlsConnection::Moved write_record() {
      const auto whole = asio::buffer_size(buffers);
      const asio::const_buffer first = *asio::buffer_sequence_begin(buffers);
      if (first.size() == whole || first.size() >= kRecordBytesMax) return peer.tls_->write(first.data(), first.size());
      std::array<char, kRecordBytesMax> record;
      const auto copied = asio::buffer_copy(asio::buffer(record), buffers);
      return peer.tls_->write(record.data(), copied);
    }
  };

  Tcp tcp_;
  std::unique_ptr<TlsConnection> tls_;  // nothing: plain
  bool read_wants_write_ = false;       // a key update of the peer's is to be answered before more can be read
};

// Beast's way to close what a stream stands on (boost/beast/core/stream_traits.hpp).
inline void beast_close_socket(PeerSocket& socket) {
  PeerSocket::ErrorCode ignored;
  socket.close(ignored);
}

}  // namespace hansard::api
