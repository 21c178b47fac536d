#include "api/origin.h"
#include "api/params.h"
#include "api/request_check.h"
#include "api/request_grammar.h"
#include "api/throttle.h"
#include "api/ws_session.h"
#include "api/ws_session_hello.h"

namespace hansard::api {

namespace {

constexpr std::string_view kParams = "access_token token resume presence";

Problem unauthenticated(std::string detail) { return {401, "unauthenticated", std::move(detail), 0, {}}; }

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
  auto& context = thread.context();
  if (auto refused = refuse_address(context, request.peer)) return *std::move(refused);
  if (!may_open_socket(request, thread.limits()))
    return Problem{403, "origin_not_allowed", "Pages of this origin may not open sockets here.", 0, {}};
  if (request.header("hansard-act-as") || request.header("hansard-act-as*")) {
    return malformed("A socket is its token's user: a service gives `act_as` in each frame");
  }
  BOOST_OUTCOME_TRY(auto params, Params::parse(request.query));
  BOOST_OUTCOME_TRY(params.only(kParams));
  auto given = token_of(request, params);
  if (!given) return failed_authentication(context, request.peer, std::move(given).error());
  const auto& token = given.value();
  Admission admission;
  admission.peer = request.peer;
  if (auto position = params.get("resume")) admission.resume = std::string(*position);
  if (auto word = params.get("presence")) {
    auto status = presence_status_of(*word);
    if (!status) return malformed("`presence` is not online, away or offline");
    admission.presence = *status;
  }
  if (!token) return admission;
  auto identity = context.authenticator.authenticate(*token, context.clock.now());
  if (!identity) return failed_authentication(context, request.peer, unauthenticated(identity.error().detail));
  BOOST_OUTCOME_TRYV(admit_user(context, identity.value().user, identity.value().service));
  if (auto refused = refuse_dear(context, identity.value().user)) return *std::move(refused);
  admission.slot = thread.shared().sockets.take(identity.value().user, context.limits.sockets_per_user_max);
  if (!admission.slot) return too_many_sockets();
  admission.identity = std::move(identity.value());
  return admission;
}

}  // namespace hansard::api
