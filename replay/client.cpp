#include "replay/client.h"

#include <thread>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "replay/client_stream.h"

namespace hansard::replay {

namespace http = boost::beast::http;
using base::ErrorCode;
using base::Result;

Result<Endpoint> parse_endpoint(std::string_view url) {
  auto parsed = boost::urls::parse_uri(url);
  const bool is_secure = parsed && parsed->scheme() == "https";
  const bool is_known = is_secure || (parsed && parsed->scheme() == "http");
  if (!is_known || parsed->encoded_host().empty() || parsed->encoded_path().size() > 1) {
    return base::error(ErrorCode::malformed,
                       "The URL must look like http://127.0.0.1:8080 or https://chat.example.com.");
  }
  const bool has_port = parsed->has_port() && !parsed->port().empty();
  return Endpoint{std::string(parsed->encoded_host_address()),
                  has_port    ? std::string(parsed->port())
                  : is_secure ? "443"
                              : "80",
                  is_secure};
}

struct Client::Connection {
  ClientStream stream;
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
  // No patience helps against a certificate.
  const bool is_tls = error.category() == boost::asio::error::get_ssl_category();
  return base::error(is_tls ? ErrorCode::refused : ErrorCode::io, error.message());
}

template <class Stream>
bool exchange(Stream& stream, http::request<http::string_body>& out, boost::beast::flat_buffer& buffer,
              http::response_parser<http::string_body>& in, boost::system::error_code& failed) {
  http::write(stream, out, failed);
  if (!failed) http::read(stream, buffer, in, failed);
  return !failed;
}
}  // namespace

Result<ApiResponse> Client::try_once(const ApiRequest& request) {
  boost::system::error_code failed;
  if (!connection_) {
    auto fresh = std::make_unique<Connection>();
    fresh->stream.connect(endpoint_.host, endpoint_.port, endpoint_.is_secure, failed);
    if (failed) return connection_error(failed);
    connection_ = std::move(fresh);
  }
  auto out = http_request(request, endpoint_, token_);
  http::response_parser<http::string_body> in;
  in.body_limit(64u << 20);
  auto& stream = connection_->stream;
  endpoint_.is_secure ? exchange(stream.secure(), out, connection_->buffer, in, failed)
                      : exchange(stream.plain(), out, connection_->buffer, in, failed);
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
    const bool is_hopeless = !response && response.error().code == ErrorCode::refused;
    if (is_hopeless || std::chrono::steady_clock::now() + pause > until) {
      if (response) return response;
      return base::error(ErrorCode::io, "The server at " + endpoint_.host + ":" + endpoint_.port +
                                            " does not answer: " + response.error().detail + ".");
    }
    ++repeats_;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace hansard::replay
