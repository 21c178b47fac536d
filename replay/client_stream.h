// The connection of a blocking client: TCP, or TLS over it with the server's certificate checked. Nothing it is asked
// for takes longer than its limit, whatever the peer does.
//
// Thread: one at a time; `stop` is called on it. Included by client.cpp and client_socket.cpp only.
// Limits: kRequestLimit, unless another is given, for each step of a connection and each operation on it; kGrace once
// the caller wants to stop. The name of the host is resolved in the time the system's resolver takes.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include "replay/client.h"

namespace hansard::replay {

class ClientStream {
 public:
  using Tcp = boost::asio::ip::tcp;
  using Secure = boost::asio::ssl::stream<Tcp::socket>;
  using Failure = boost::system::error_code;

  explicit ClientStream(Stop stop, std::chrono::seconds limit = kRequestLimit)
      : stop_(std::move(stop)), limit_(limit) {}

  void connect(const Endpoint& endpoint, Failure& failed) {
    const auto addresses = Tcp::resolver(io_).resolve(endpoint.host, endpoint.port, failed);
    if (!failed) run([&](auto done) { boost::asio::async_connect(plain(), addresses, std::move(done)); }, failed);
    if (!failed) plain().set_option(Tcp::no_delay(true), failed);
    if (!failed && endpoint.is_secure) shake_hands(endpoint.host, failed);
  }

  // Starts an operation with the handler it is given, and returns when that was called. One that takes too long ends
  // with the connection: `failed` is then `timed_out`, or `operation_aborted` where the caller wanted to stop.
  template <class Start>
  void run(Start start, Failure& failed) {
    bool is_done = false;
    start([&failed, &is_done](Failure code, auto&&...) {
      failed = code;
      is_done = true;
    });
    io_.restart();
    const bool was_stopped = !run_until(is_done);
    if (is_done) return;
    Failure ignored;
    plain().close(ignored);
    while (!is_done) io_.run_one();
    failed = was_stopped ? boost::asio::error::operation_aborted : boost::asio::error::timed_out;
  }

  boost::asio::io_context& io() { return io_; }
  Tcp::socket& plain() { return stream_.next_layer(); }
  Secure& secure() { return stream_; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kLook{100};  // at `stop`
  static constexpr std::chrono::seconds kGrace{2};

  // False: it was the caller who wanted no more of it.
  bool run_until(const bool& is_done) {
    auto end = Clock::now() + limit_;
    for (bool is_stopped = false; !is_done;) {
      if (!is_stopped && stop_ && stop_()) is_stopped = true, end = std::min(end, Clock::now() + kGrace);
      if (Clock::now() >= end) return !is_stopped;
      io_.run_one_until(std::min(end, Clock::now() + kLook));
    }
    return true;
  }

  void shake_hands(const std::string& host, Failure& failed) {
    context_.set_default_verify_paths(failed);  // SSL_CERT_FILE and SSL_CERT_DIR are heard
    stream_.set_verify_mode(boost::asio::ssl::verify_peer, failed);
    stream_.set_verify_callback(boost::asio::ssl::host_name_verification(host), failed);
    SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str());
    if (!failed) run([this](auto done) { stream_.async_handshake(Secure::client, std::move(done)); }, failed);
  }

  const Stop stop_;
  const std::chrono::seconds limit_;
  boost::asio::io_context io_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_client};
  Secure stream_{io_, context_};
};

}  // namespace hansard::replay
