// The connection of a blocking client: TCP, or TLS over it with the server's certificate checked.
//
// Thread: one at a time. Included by client.cpp and client_socket.cpp only.
#pragma once

#include <string>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

namespace hansard::replay {

class ClientStream {
 public:
  using Tcp = boost::asio::ip::tcp;
  using Secure = boost::asio::ssl::stream<Tcp::socket>;

  void connect(const std::string& host, const std::string& port, bool is_secure, boost::system::error_code& failed) {
    const auto addresses = Tcp::resolver(io_).resolve(host, port, failed);
    if (!failed) boost::asio::connect(plain(), addresses, failed);
    if (!failed) plain().set_option(Tcp::no_delay(true), failed);
    if (!failed && is_secure) shake_hands(host, failed);
  }
  boost::asio::io_context& io() { return io_; }
  Tcp::socket& plain() { return stream_.next_layer(); }
  Secure& secure() { return stream_; }

 private:
  void shake_hands(const std::string& host, boost::system::error_code& failed) {
    context_.set_default_verify_paths(failed);  // SSL_CERT_FILE and SSL_CERT_DIR are heard
    stream_.set_verify_mode(boost::asio::ssl::verify_peer, failed);
    stream_.set_verify_callback(boost::asio::ssl::host_name_verification(host), failed);
    SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str());
    if (!failed) stream_.handshake(Secure::client, failed);
  }

  boost::asio::io_context io_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_client};
  Secure stream_{io_, context_};
};

}  // namespace hansard::replay
