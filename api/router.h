// HTTP requests to handlers: authentication, act-as, parameters and the table of routes. The same table is what the
// test holds against schemas/openapi.yaml.
//
// Thread: handle_request and add_common_headers the io thread of their context; what looks at paths alone, any.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "api/context.h"
#include "api/http_types.h"
#include "api/problem.h"

namespace hansard::api {

// Never throws but for bad_alloc; every outcome is a Response. Fills request_id and the security headers.
asio::awaitable<Response> handle_request(Context& context, Request request);

// Those that every response has.
void add_common_headers(Response& response, const std::string& request_id);

// From the head alone, before more than kStrangersBodyBytesMax is read or asked for with 100 Continue: bodies are taken
// below /api/v1, from who shows a token. Answers whose it is.
inline constexpr std::size_t kStrangersBodyBytesMax = 4'096;
Answered<base::UserId> admit_body(Context& context, const Request& request);

struct RouteInfo {
  std::string_view method;
  std::string_view path;         // OpenAPI form: /api/v1/conversations/{id}
  std::string_view params = {};  // of the query, with spaces between them; `min_position` is every read's
};
std::span<const RouteInfo> routes();

// Whether the route reads its body itself (Request::stream). `path` as in the request line.
bool streams_body(std::string_view method, std::string_view path);

}  // namespace hansard::api
