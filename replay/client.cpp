#include "replay/client.h"

#include <algorithm>
#include <thread>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "replay/client_stream.h"
#include "replay/progress.h"

namespace hansard::replay {

namespace http = boost::beast::http;
using base::ErrorCode;
using base::Result;

namespace {
constexpr std::chrono::milliseconds kFirstPause{20}, kMostPause{1000}, kLook{100};

void pause(std::chrono::milliseconds time, const Stop& stop) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until && !(stop && stop())) {
    std::this_thread::sleep_for(std::min(time, kLook));
  }
}

std::string url_of(const Endpoint& endpoint) {
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return (endpoint.is_secure ? "https://" : "http://") + (is_v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" +
         endpoint.port;
}
template <class Socket>
void await_answer(ClientStream& stream, Socket& socket, const Endpoint& endpoint, boost::system::error_code& failed) {
  http::request<http::empty_body> question(http::verb::get, "/health", 11);
  question.set(http::field::host, endpoint.host + ":" + endpoint.port);
  http::response_parser<http::string_body> answer;
  boost::beast::flat_buffer buffer;
  stream.run([&](auto done) { http::async_write(socket, question, std::move(done)); }, failed);
  if (failed) return;
  stream.run([&](auto done) { http::async_read_header(socket, buffer, answer, std::move(done)); }, failed);
}

// Anything at all is an answer: what is wrong with it is told by the request that needs it right.
Result<void> hear_anything(const Endpoint& endpoint, const Stop& stop) {
  boost::system::error_code failed;
  ClientStream stream(stop, kFirstAnswer);
  stream.connect(endpoint, failed);
  if (!failed) {
    endpoint.is_secure ? await_answer(stream, stream.secure(), endpoint, failed)
                       : await_answer(stream, stream.plain(), endpoint, failed);
  }
  if (failed != boost::asio::error::timed_out) return base::success();
  return base::error(ErrorCode::io, "The server at " + url_of(endpoint) +
                                        " takes connections and says nothing within " +
                                        std::to_string(kFirstAnswer.count()) +
                                        " s. Is the URL right? If it is, the server hangs: look at it, or start it "
                                        "again, before you run this again.");
}
}  // namespace

Result<void> find_server(const Endpoint& endpoint, std::chrono::seconds patience, const Stop& stop) {
  const Endpoint plain{endpoint.host, endpoint.port, false};
  const auto until = std::chrono::steady_clock::now() + patience;
  for (auto wait = kFirstPause;; wait = std::min(wait * 2, kMostPause)) {
    boost::system::error_code failed;
    ClientStream(stop, kFirstContact).connect(plain, failed);
    if (!failed) return hear_anything(endpoint, stop);
    if (std::chrono::steady_clock::now() + wait > until || (stop && stop())) {
      return base::error(ErrorCode::io, "The server at " + url_of(endpoint) + " does not answer: " + failed.message() +
                                            ". Is it running, and is the URL right?");
    }
    pause(wait, stop);
  }
}

struct Client::Connection {
  explicit Connection(const Stop& stop) : stream(stop) {}
  ClientStream stream;
  boost::beast::flat_buffer buffer;
};

Client::Client(Endpoint endpoint, std::string token, ClientOptions options)
    : endpoint_(std::move(endpoint)), token_(std::move(token)), options_(std::move(options)) {}
Client::Client(Endpoint endpoint, std::string token, std::chrono::seconds patience)
    : Client(std::move(endpoint), std::move(token), ClientOptions{patience, 0, true, {}}) {}
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
  if (error == boost::asio::error::timed_out) {
    return base::error(ErrorCode::io, "no answer within " + std::to_string(kRequestLimit.count()) + " s");
  }
  // No patience helps against a certificate.
  const bool is_tls = error.category() == boost::asio::error::get_ssl_category();
  return base::error(is_tls ? ErrorCode::refused : ErrorCode::io, error.message());
}

template <class Socket>
void exchange(ClientStream& stream, Socket& socket, http::request<http::string_body>& out,
              boost::beast::flat_buffer& buffer, http::response_parser<http::string_body>& in,
              boost::system::error_code& failed) {
  stream.run([&](auto done) { http::async_write(socket, out, std::move(done)); }, failed);
  if (!failed) stream.run([&](auto done) { http::async_read(socket, buffer, in, std::move(done)); }, failed);
}
}  // namespace

Result<ApiResponse> Client::try_once(const ApiRequest& request) {
  boost::system::error_code failed;
  if (!connection_) {
    auto fresh = std::make_unique<Connection>(options_.stop);
    fresh->stream.connect(endpoint_, failed);
    if (failed) return connection_error(failed);
    connection_ = std::move(fresh);
  }
  auto out = http_request(request, endpoint_, token_);
  http::response_parser<http::string_body> in;
  in.body_limit(64u << 20);
  auto& [stream, buffer] = *connection_;
  endpoint_.is_secure ? exchange(stream, stream.secure(), out, buffer, in, failed)
                      : exchange(stream, stream.plain(), out, buffer, in, failed);
  if (failed) {
    connection_.reset();
    return connection_error(failed);
  }
  if (!in.get().keep_alive()) connection_.reset();
  return ApiResponse{in.get().result_int(), std::move(in.get().body())};
}

base::Error Client::away(const std::string& why) const {
  return base::error(ErrorCode::io,
                     "The server at " + endpoint_.host + ":" + endpoint_.port + " does not answer: " + why + ".");
}

Result<ApiResponse> Client::send(const ApiRequest& request) {
  const auto began = std::chrono::steady_clock::now();
  auto wait = kFirstPause;
  for (unsigned attempts = 1;; ++attempts, wait = std::min(wait * 2, kMostPause)) {
    auto response = try_once(request);
    const bool is_away = !response || response.value().status == 503 || response.value().status == 429;
    if (!is_away) return response;
    const auto why = response ? "status " + std::to_string(response.value().status) : response.error().detail;
    const bool is_hopeless = (!response && response.error().code == ErrorCode::refused) ||
                             attempts == options_.attempts_max || (options_.stop && options_.stop());
    const auto now = std::chrono::steady_clock::now();
    if (is_hopeless || now + wait > began + options_.patience) {
      if (response) return response;
      return away(why);
    }
    if (!options_.quiet && now - began > kMostPause) {
      tell_waiting(endpoint_.host + ":" + endpoint_.port + " does not answer (" + why + "); trying again");
    }
    ++repeats_;
    pause(wait, options_.stop);
  }
}

}  // namespace hansard::replay
