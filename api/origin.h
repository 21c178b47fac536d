// Which web pages may come here. Browsers say in `Origin` which page a request is for; nobody else sends it. A socket
// of a foreign page is refused (a browser opens sockets across origins without asking), a plain request is answered,
// but only the pages of `limits.origins` get the fields of CORS (Fetch standard, section 3.2) that let them read the
// answer. The value sent back is the operator's, never the request's; credentials are not allowed, since nothing here
// goes by cookies.
//
// Thread: any; plain functions.
#pragma once

#include <optional>
#include <string_view>

#include "api/http_types.h"
#include "api/limits.h"

namespace hansard::api {

// No Origin, the request's own host, or one of limits.origins.
bool may_open_socket(const Request& request, const Limits& limits);

// What browsers send in `Origin`: scheme://host[:port], without a path and without the scheme's own port.
bool is_origin(std::string_view text);

// The entry of limits.origins the request comes from; nothing for every other page.
std::optional<std::string_view> listed_origin(const Request& request, const Limits& limits);

// OPTIONS with Access-Control-Request-Method: a browser asks before it sends.
bool is_preflight(const Request& request);

// Lets `page` (listed_origin) read the response, and says that it may differ by the page where some are listed; the
// answer to a preflight also says what it may send, the methods being those of the response's Allow.
void allow_origin(Response& response, const Limits& limits, std::optional<std::string_view> page);
void allow_preflight(Response& response);

}  // namespace hansard::api
