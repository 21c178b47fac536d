// Every route with its handler, and the search through them. The order has no meaning: a path has at most one template,
// because where a literal and a placeholder compete the literal wins.
//
// Thread: any; the table never changes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/handlers.h"
#include "api/router.h"

namespace hansard::api {

struct Route {
  RouteInfo info;
  std::variant<OpenHandler, CommandHandler, ReadHandler, TimedRead, PlainHandler, WaitingHandler, UploadHandler>
      handler;
};

struct RouteMatch {
  const Route* route = nullptr;          // nothing: the path is known, the method is not
  std::vector<std::string> path_values;  // of the placeholders
  std::string allow;                     // methods of the path, for Allow: "GET, HEAD, POST, OPTIONS"
};

// Nothing: no such path. HEAD finds GET.
std::optional<RouteMatch> find_route(std::string_view method, std::vector<std::string> segments);

}  // namespace hansard::api
