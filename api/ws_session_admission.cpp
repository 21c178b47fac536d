#include <algorithm>

#include "api/params.h"
#include "api/request_check.h"
#include "api/request_grammar.h"
#include "api/ws_session.h"
#include "api/ws_session_hello.h"

namespace hansard::api {

namespace {

Problem unauthenticated(std::string detail) { return {401, "unauthenticated", std::move(detail), 0, {}}; }

// "host" and "host:80" are the same authority of http, "host:443" of https.
std::string without_default_port(std::string authority, std::string_view port) {
  if (authority.ends_with(port)) authority.resize(authority.size() - port.size());
  return authority;
}

bool is_same_host(std::string_view origin, std::string_view host) {
  for (auto [scheme, port] : {std::pair("http://", ":80"), std::pair("https://", ":443")}) {
    if (!origin.starts_with(scheme)) continue;
    auto authority = std::string(origin.substr(std::string_view(scheme).size()));
    return is_host(authority) && without_default_port(authority, port) == without_default_port(lower(host), port);
  }
  return false;
}

// Browsers send Origin and let any page open sockets anywhere; nobody else sends it.
bool is_origin_allowed(const Request& request, const Limits& limits) {
  auto given = request.header("origin");
  if (!given) return true;
  auto origin = lower(*given);
  auto is_listed = [&](const std::string& allowed) { return lower(allowed) == origin; };
  return is_same_host(origin, request.header("host").value_or("")) ||
         std::any_of(limits.origins.begin(), limits.origins.end(), is_listed);
}

// From the header, or from the query: browsers cannot set headers on a WebSocket.
Answered<std::optional<std::string>> token_of(const Request& request, const Params& params) {
  if (auto header = request.header("authorization")) {
    constexpr std::size_t kSchemeBytes = 7;
    if (header->size() <= kSchemeBytes || lower(header->substr(0, kSchemeBytes)) != "bearer ")
      return unauthenticated("The Authorization header is not `Bearer <token>`.");
    return std::optional<std::string>(trim(header->substr(kSchemeBytes)));
  }
  for (auto name : {"access_token", "token"}) {
    if (auto token = params.get(name)) return std::optional<std::string>(*token);
  }
  return std::optional<std::string>();
}

}  // namespace

Answered<Admission> admit_socket(IoThread& thread, const Request& request) {
  if (thread.is_stopping()) return problem_of(base::error(base::ErrorCode::shutting_down, "The server is stopping."));
  if (!is_origin_allowed(request, thread.limits()))
    return Problem{403, "origin_not_allowed", "Pages of this origin may not open sockets here.", 0, {}};
  BOOST_OUTCOME_TRY(auto params, Params::parse(request.query));
  BOOST_OUTCOME_TRY(auto token, token_of(request, params));
  Admission admission;
  if (auto position = params.get("resume")) admission.resume = std::string(*position);
  if (!token) return admission;
  auto& context = thread.context();
  auto identity = context.authenticator.authenticate(*token, context.clock.now());
  if (!identity) return unauthenticated(identity.error().detail);
  admission.slot = thread.shared().sockets.take(identity.value().user, context.limits.sockets_per_user_max);
  if (!admission.slot) return too_many_sockets();
  admission.identity = std::move(identity.value());
  return admission;
}

}  // namespace hansard::api
