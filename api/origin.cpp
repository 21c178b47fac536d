#include "api/origin.h"

#include <algorithm>
#include <string>
#include <utility>

#include "api/request_check.h"
#include "api/request_grammar.h"

namespace hansard::api {

namespace {

constexpr std::string_view kRequestFields =
    "Authorization, Content-Type, Content-Disposition, Hansard-Act-As, Idempotency-Key, If-Match, If-None-Match, "
    "If-Range, Last-Event-ID, Range, X-Request-Id";
constexpr std::string_view kResponseFields =
    "Accept-Ranges, Content-Disposition, Content-Range, ETag, Hansard-Position, Idempotency-Replayed, "
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id";
constexpr std::string_view kPreflightKeptS = "600";

// "host" and "host:80" are the same authority of http, "host:443" of https.
std::string without_default_port(std::string authority, std::string_view port) {
  if (authority.ends_with(port)) authority.resize(authority.size() - port.size());
  return authority;
}

bool is_scheme(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '+' || c == '-' || c == '.'; };
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' && std::ranges::all_of(text, fits);
}

bool is_same_host(std::string_view origin, std::string_view host) {
  for (auto [scheme, port] : {std::pair("http://", ":80"), std::pair("https://", ":443")}) {
    if (!origin.starts_with(scheme)) continue;
    auto authority = std::string(origin.substr(std::string_view(scheme).size()));
    return is_host(authority) && without_default_port(authority, port) == without_default_port(lower(host), port);
  }
  return false;
}

}  // namespace

bool is_origin(std::string_view text) {
  const std::string origin = lower(text);
  const auto colon = origin.find("://");
  if (colon == std::string::npos || !is_scheme(std::string_view(origin).substr(0, colon))) return false;
  const std::string_view authority = std::string_view(origin).substr(colon + 3);
  if (!is_host(authority) || authority.ends_with(':') || authority.find('*') != std::string_view::npos) return false;
  return !(origin.starts_with("http://") && authority.ends_with(":80")) &&
         !(origin.starts_with("https://") && authority.ends_with(":443"));
}

std::optional<std::string_view> listed_origin(const Request& request, const Limits& limits) {
  if (limits.origins.empty()) return std::nullopt;
  auto given = request.header("origin");
  if (!given) return std::nullopt;
  auto is_given = [origin = lower(*given)](const std::string& listed) { return lower(listed) == origin; };
  auto found = std::find_if(limits.origins.begin(), limits.origins.end(), is_given);
  return found == limits.origins.end() ? std::nullopt : std::optional<std::string_view>(*found);
}

bool may_open_socket(const Request& request, const Limits& limits) {
  auto given = request.header("origin");
  if (!given) return true;
  return is_same_host(lower(*given), request.header("host").value_or("")) || listed_origin(request, limits);
}

bool is_preflight(const Request& request) {
  return request.method == "OPTIONS" && request.header("access-control-request-method").has_value();
}

void allow_origin(Response& response, const Limits& limits, std::optional<std::string_view> page) {
  if (!limits.origins.empty()) response.headers.emplace_back("Vary", "Origin");
  if (!page) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", lower(*page));
  response.headers.emplace_back("Access-Control-Expose-Headers", kResponseFields);
}

void allow_preflight(Response& response) {
  auto is_allow = [](const auto& field) { return field.first == "Allow"; };
  auto allow = std::find_if(response.headers.begin(), response.headers.end(), is_allow);
  std::string methods = allow == response.headers.end() ? "" : allow->second;
  response.headers.emplace_back("Access-Control-Allow-Methods", std::move(methods));
  response.headers.emplace_back("Access-Control-Allow-Headers", kRequestFields);
  response.headers.emplace_back("Access-Control-Max-Age", kPreflightKeptS);
}

}  // namespace hansard::api
