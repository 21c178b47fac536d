#include "replay/endpoint.h"

#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

#include <boost/url/parse.hpp>

namespace hansard::replay {

using base::Result;

namespace {
bool is_port(const std::string& digits) {
  std::uint16_t port = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return status == std::errc{} && end == digits.data() + digits.size() && port != 0;
}

base::Error malformed(std::string sentence) { return base::error(base::ErrorCode::malformed, std::move(sentence)); }
}  // namespace

Result<Receiver> parse_receiver(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return malformed("'" + std::string(url) + "' is not a URL.");
  const std::string scheme(parsed->scheme());
  Receiver receiver;
  receiver.is_socket = scheme == "ws" || scheme == "wss";
  receiver.endpoint.is_secure = scheme == "https" || scheme == "wss";
  if (!receiver.is_socket && scheme != "http" && scheme != "https") {
    return malformed("The URL must begin with http://, https://, ws:// or wss://, and '" + std::string(url) +
                     "' does not.");
  }
  receiver.endpoint.host = std::string(parsed->encoded_host_address());
  if (receiver.endpoint.host.empty()) return malformed("There is no host in the URL '" + std::string(url) + "'.");
  receiver.endpoint.port = receiver.endpoint.is_secure ? "443" : "80";
  if (parsed->has_port() && !parsed->port().empty()) {
    receiver.endpoint.port = std::string(parsed->port());
    if (!is_port(receiver.endpoint.port)) {
      return malformed("A port is 1 to 65535, and that of '" + std::string(url) + "' is not.");
    }
  }
  receiver.target = std::string(parsed->encoded_resource());
  if (!receiver.target.starts_with('/')) receiver.target.insert(0, "/");
  return receiver;
}

Result<Endpoint> parse_endpoint(std::string_view url) {
  TRY(auto receiver, parse_receiver(url));
  if (!receiver.is_socket && receiver.target == "/") return std::move(receiver.endpoint);
  return malformed("The URL must look like http://127.0.0.1:8080 or https://chat.example.com.");
}

}  // namespace hansard::replay
