#include "replay/client.h"

#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace hansard::replay {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using base::ErrorCode;
using base::Result;

Result<Endpoint> parse_endpoint(std::string_view url) {
  auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->scheme() != "http" || parsed->encoded_host().empty() || parsed->encoded_path().size() > 1) {
    return base::error(ErrorCode::malformed, "The URL must look like http://127.0.0.1:8080.");
  }
  return Endpoint{std::string(parsed->encoded_host_address()),
                  parsed->has_port() && !parsed->port().empty() ? std::string(parsed->port()) : "80"};
}

struct Client::Connection {
  asio::io_context io;
  tcp::socket socket{io};
  boost::beast::flat_buffer buffer;
};

Client::Client(Endpoint endpoint, std::string token, std::chrono::seconds patience)
    : endpoint_(std::move(endpoint)), token_(std::move(token)), patience_(patience) {}
Client::~Client() = default;

namespace {
// Percent-encoded as an extended value (RFC 8187), which carries every id, also one that ends in a space.
std::string extended_value(std::string_view text) {
  return "UTF-8''" +
         boost::urls::encode(boost::core::string_view(text.data(), text.size()), boost::urls::unreserved_chars);
}

http::request<http::string_body> http_request(const ApiRequest& request, const Endpoint& endpoint,
                                              const std::string& token) {
  http::request<http::string_body> out(http::string_to_verb(request.method), request.target, 11);
  out.set(http::field::host, endpoint.host + ":" + endpoint.port);
  out.set(http::field::authorization, "Bearer " + token);
  if (!request.act_as.empty()) out.set("Hansard-Act-As*", extended_value(request.act_as));
  if (!request.key.empty()) out.set("Idempotency-Key", request.key);
  if (!request.body.empty()) out.set(http::field::content_type, "application/json");
  out.body() = request.body;
  out.prepare_payload();
  return out;
}

base::Error connection_error(const boost::system::error_code& error) {
  return base::error(ErrorCode::io, error.message());
}
}  // namespace

Result<ApiResponse> Client::try_once(const ApiRequest& request) {
  boost::system::error_code failed;
  if (!connection_) {
    auto fresh = std::make_unique<Connection>();
    auto addresses = tcp::resolver(fresh->io).resolve(endpoint_.host, endpoint_.port, failed);
    if (!failed) asio::connect(fresh->socket, addresses, failed);
    if (!failed) fresh->socket.set_option(tcp::no_delay(true), failed);
    if (failed) return connection_error(failed);
    connection_ = std::move(fresh);
  }
  auto out = http_request(request, endpoint_, token_);
  http::write(connection_->socket, out, failed);
  http::response_parser<http::string_body> in;
  in.body_limit(64u << 20);
  if (!failed) http::read(connection_->socket, connection_->buffer, in, failed);
  if (failed) {
    connection_.reset();
    return connection_error(failed);
  }
  if (!in.get().keep_alive()) connection_.reset();
  return ApiResponse{in.get().result_int(), std::move(in.get().body())};
}

Result<ApiResponse> Client::send(const ApiRequest& request) {
  auto until = std::chrono::steady_clock::now() + patience_;
  for (auto pause = std::chrono::milliseconds(20);; pause = std::min(pause * 2, std::chrono::milliseconds(1000))) {
    auto response = try_once(request);
    bool away = !response || response.value().status == 503 || response.value().status == 429;
    if (!away) return response;
    if (std::chrono::steady_clock::now() + pause > until) {
      if (response) return response;
      return base::error(ErrorCode::io, "The server at " + endpoint_.host + ":" + endpoint_.port +
                                            " does not answer: " + response.error().detail + ".");
    }
    ++repeats_;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace hansard::replay
