#include "api/router.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "api/acknowledged.h"
#include "api/answer_parts.h"
#include "api/answers.h"
#include "api/answers_at_once.h"
#include "api/as_of.h"
#include "api/audited_read.h"
#include "api/body_room.h"
#include "api/body_stream.h"
#include "api/frames.h"
#include "api/handlers_common.h"
#include "api/load_shedder.h"
#include "api/metrics.h"
#include "api/origin.h"
#include "api/position_text.h"
#include "api/route_table.h"
#include "api/throttle.h"
#include "api/trace.h"

namespace hansard::api {

using projections::Snapshot;

namespace {
constexpr std::size_t kRequestIdBytesMax = 64;

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x21 && c <= 0x7E; });
}

// The caller's own where it is sane, else a fresh one: 36 characters, so that all 404s are equally long.
std::string request_id_of(const Request& request, base::UuidSource& uuids) {
  auto given = request.header("x-request-id");
  bool sane = given && !given->empty() && given->size() <= kRequestIdBytesMax && is_visible_ascii(*given);
  return sane ? std::string(*given) : base::uuid_text(uuids.next());
}

Problem unauthenticated(std::string detail) { return {401, "unauthenticated", std::move(detail), 0, {}}; }

// A token in the query string is for WebSocket handshakes only: over HTTP it would end in somebody's access log.
Answered<Identity> identity_of(const Context& context, const Request& request) {
  auto is_authorization = [](const auto& field) { return field.first == "authorization"; };
  auto given = std::count_if(request.headers.begin(), request.headers.end(), is_authorization);
  if (given != 1) return unauthenticated("One header `Authorization: Bearer <token>` is needed.");
  std::string_view value = *request.header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; };
  bool is_bearer = value.size() > kScheme.size() && std::equal(kScheme.begin(), kScheme.end(), value.begin(),
                                                               [&](char b, char a) { return same(a, b); });
  if (!is_bearer) return unauthenticated("The Authorization header is not `Bearer <token>`.");
  auto identity = context.authenticator.authenticate(value.substr(kScheme.size()), context.clock.now());
  if (!identity) return unauthenticated(identity.error().detail);
  return std::move(identity).value();
}

// `Hansard-Act-As`, or `Hansard-Act-As*` as an extended value (RFC 8187: UTF-8''percent-encoded) for ids that a plain
// header cannot carry, such as those that end in a space.
Answered<std::optional<domain::UserId>> acted_as(const Request& request) {
  auto plain = request.header("hansard-act-as");
  auto extended = request.header("hansard-act-as*");
  if (!plain && !extended) return std::optional<domain::UserId>();
  if (plain && extended) return malformed("`Hansard-Act-As` is there in two forms");
  std::optional<std::string> text(plain.value_or(""));
  if (extended) {
    constexpr std::string_view kCharset = "UTF-8''";
    bool is_extended = extended->starts_with(kCharset);
    text = is_extended ? percent_decoded(extended->substr(kCharset.size())) : std::nullopt;
  }
  auto user = text ? base::parse_user_id(*text) : std::nullopt;
  if (!user) return malformed("`Hansard-Act-As` is not a user id");
  return user;
}

struct Asking {
  domain::Caller caller;
  base::Timestamp token_expires;
};

Answered<Asking> caller_of(const Context& context, const Request& request) {
  TRY(auto identity, identity_of(context, request));
  domain::Caller caller{identity.user, identity.user, identity.service, identity.audit, identity.admin};
  bool is_asked = request.header("hansard-act-as") || request.header("hansard-act-as*");
  if (is_asked && !caller.service) return forbidden("`Hansard-Act-As` needs the scope `service`.");
  TRY(auto user, acted_as(request));
  if (user) caller.actor = *std::move(user);
  return Asking{std::move(caller), identity.expires};
}

Answered<std::string> key_of(const Context& context, const Request& request) {
  auto key = request.header("idempotency-key");
  if (!key) return std::string();
  if (is_idempotency_key(*key, context.limits)) return std::string(*key);
  return malformed("`Idempotency-Key` is not 1 to " + std::to_string(context.limits.idempotency_key_bytes_max) +
                   " visible ASCII characters");
}

Response answered(Answered<Response> answer, const std::string& request_id) {
  return answer ? std::move(answer).value() : problem_response(answer.error(), request_id);
}

// What it takes is the caller's, for whom it is done.
Answered<Response> read_at_cost(Context& context, const Call& call, ReadHandler read, const Snapshot& snapshot) {
  const Spending spending(context.shedder, call.caller.actor);
  return read(context, call, snapshot);
}

asio::awaitable<Response> run_read(Context& context, Call call, ReadHandler read) {
  auto wanted = wanted_position(context, call);
  if (!wanted) co_return problem_response(wanted.error(), call.request.request_id);
  base::Position durable = context.engine.durable();
  std::chrono::milliseconds timeout(context.limits.min_position_timeout_ms);
  bool there = co_await context.views_reach(wanted.value(), timeout);
  // What anybody was told before he asked, the reader finds too, unless the views are far behind (docs/adr/0006).
  if (there) co_await context.views_reach(durable, std::chrono::milliseconds(context.limits.fresh_read_wait_ms));
  auto snapshot = context.views.snapshot();
  std::string reached = position_text(context.engine.epoch(), snapshot->position());
  if (!there) co_return problem_response(view_behind(reached), call.request.request_id);
  Response response = answered(read_at_cost(context, call, read, *snapshot), call.request.request_id);
  snapshot.reset();
  if (response.stream) {
    auto opened = co_await response.stream->open();
    if (!opened) response = problem_response(opened.error(), call.request.request_id);
  }
  response.headers.emplace_back("Hansard-Position", std::move(reached));
  co_return response;
}

Response response_of(AnswerBody answer) {
  Response response = json_response(std::move(answer.body));
  response.status = answer.status;
  if (!answer.etag.empty()) response.headers.emplace_back("ETag", std::move(answer.etag));
  if (answer.replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

// A command is done whether there is room for its answer or not: without, it is short.
Response roomy_response_of(const Context& context, const base::UserId& user, AnswerBody whole, AnswerBody brief) {
  auto room = room_for_body(context, user, whole.body.size());
  Response response = response_of(std::move(room ? whole : brief));
  if (room) response.room = std::move(room).value();
  return response;
}

asio::awaitable<Response> submit_and_answer(Context& context, Call call, domain::Command command) {
  domain::Command outline = outline_of(command);
  auto answer = co_await context.submit(std::move(command), call.caller, call.key);
  auto* done = std::get_if<engine::Done>(&answer);
  if (done == nullptr) co_return problem_response(problem_of(answer), call.request.request_id);
  if (auto refusal = refusal_in(*done)) co_return problem_response(*refusal, call.request.request_id);
  AnswerBody brief = ids_only(*done, context.engine.epoch());
  if (is_rendered_at_once(outline, *done)) {
    co_return roomy_response_of(context, call.caller.actor, render_at_once(*done, context.engine.epoch()),
                                std::move(brief));
  }
  auto body = co_await render_from_views(context, std::move(outline), call.caller, std::move(*done));
  if (!body) co_return problem_response(body.error(), call.request.request_id);
  co_return roomy_response_of(context, call.caller.actor, std::move(body).value(), std::move(brief));
}

asio::awaitable<Response> run_command(Context& context, Call call, CommandHandler make) {
  auto command = make(context, call);
  if (!command) co_return problem_response(command.error(), call.request.request_id);
  auto refused = refuse_many_names(context, command.value(), call.caller);
  if (refused) co_return problem_response(*refused, call.request.request_id);
  co_return co_await submit_and_answer(context, std::move(call), std::move(command).value());
}

asio::awaitable<Response> run_upload(Context& context, Call call, UploadHandler take) {
  auto upload = co_await take(context, call);
  if (!upload) co_return problem_response(upload.error(), call.request.request_id);
  auto pin = std::move(upload.value().pin);  // until the answer: the event is durable then
  co_return co_await submit_and_answer(context, std::move(call), std::move(upload.value().command));
}

// Routes that wait for nothing.
Response run_at_once(Context& context, const Call& call, const Route& route) {
  if (const auto* open = std::get_if<OpenHandler>(&route.handler)) return (*open)(context, call.request);
  return answered(std::get<PlainHandler>(route.handler)(context, call), call.request.request_id);
}

Answered<Call> call_of(const Context& context, Request request, domain::Caller caller,
                       std::vector<std::string> path_values) {
  TRY(auto params, Params::parse(request.query));
  TRY(auto key, key_of(context, request));
  return Call{std::move(request), std::move(caller), std::move(path_values), std::move(params), std::move(key)};
}

bool is_open(const RouteMatch& found) {
  return found.route != nullptr && std::holds_alternative<OpenHandler>(found.route->handler);
}

// The path is there, the method is not.
Response answer_method(std::string_view method, const std::string& allow, const std::string& request_id) {
  Response response =
      method == "OPTIONS"
          ? json_response("")
          : problem_response({405, "method_not_allowed", "This path has other methods.", 0, {}}, request_id);
  response.headers.emplace_back("Allow", allow);
  return response;
}

// Everything before a handler runs: a call on a route, or the response that ends the request here.
struct Routed {
  const Route* route = nullptr;
  std::optional<Call> call;
  std::optional<Response> response;
  std::optional<Quota> quota{};  // of the caller
};

// A caller whose rate, and that of his address, allow one more request, of a server that has time for it.
struct Admitted {
  domain::Caller caller;
  std::optional<Quota> quota;
  base::Timestamp token_expires{};
};

Answered<Admitted> admit(Context& context, const Request& request) {
  if (auto refused = refuse_address(context, request.peer)) return *std::move(refused);
  if (auto refused = refuse_overload(context)) return *std::move(refused);
  auto asking = caller_of(context, request);
  if (!asking && asking.error().status == 401) {
    note_asking(context, nullptr);
    return failed_authentication(context, request.peer, std::move(asking).error());
  }
  if (!asking) return std::move(asking).error();
  auto& caller = asking.value().caller;
  TRY(auto quota, admit_user(context, caller.subject, caller.service));
  if (auto refused = refuse_dear(context, caller.actor)) return *std::move(refused);
  return Admitted{std::move(caller), quota, asking.value().token_expires};
}

Routed refused(const Problem& problem, const Request& request, std::optional<Quota> quota = std::nullopt) {
  return {nullptr, std::nullopt, problem_response(problem, request.request_id), quota};
}

// By the decoded path, as routes are found: "/%61pi/v1" is the same root.
bool is_below_api(const std::vector<std::string>& segments) {
  return segments.size() >= 2 && segments[0] == "api" && segments[1] == "v1";
}

// What an administrator orders stands under his own name, whomever else his token may act for.
bool is_order(const Route& route) { return route.info.path.starts_with("/api/v1/admin/"); }

// Below /api/v1 a stranger without a token learns not even which paths there are.
Routed route(Context& context, Request request) {
  auto segments = path_segments(request.path);
  if (!segments) return refused(malformed("The path is not percent-encoded UTF-8."), request);
  bool below_api = is_below_api(*segments);
  auto found = find_route(request.method, *std::move(segments));
  Admitted known;
  if (below_api && request.method == "OPTIONS") {
    if (auto too_often = refuse_address(context, request.peer)) return refused(*std::move(too_often), request);
  } else if (below_api) {
    auto admitted = admit(context, request);
    if (!admitted) return refused(admitted.error(), request);
    known = std::move(admitted).value();
  }
  if (!found) return refused(not_found(), request, known.quota);
  if (found->route == nullptr) {
    return {nullptr, std::nullopt, answer_method(request.method, found->allow, request.request_id), known.quota};
  }
  if (is_open(*found)) {
    request.query.clear();
    note_asking(context, nullptr);
  }
  if (is_order(*found->route)) known.caller.actor = known.caller.subject;
  std::string request_id = request.request_id;
  auto call = call_of(context, std::move(request), std::move(known.caller), std::move(found->path_values));
  if (!call) return {found->route, std::nullopt, problem_response(call.error(), request_id), known.quota};
  call.value().token_expires = known.token_expires;
  return {found->route, std::move(call).value(), std::nullopt, known.quota};
}

// A parameter that was mistyped must not be left out, nor the present pass for the past. A read that uses no view has
// `min_position` too, which must be a position: it waits for none.
Answered<void> check_params(const Context& context, const Route& route, const Call& call) {
  const Params& params = call.params;
  if (params.is_empty()) return base::success();
  const bool is_read = route.info.method == "GET";
  const bool is_timed = std::holds_alternative<TimedRead>(route.handler);
  if (is_read && !is_timed && params.has("as_of")) {
    return Problem{422, "not_supported", "`as_of` is not supported here.", 0, {}};
  }
  // An auditor who asks for somebody else would take his own count for that one's.
  if (is_timed && params.has("user_id") && !params.has("as_of")) {
    return malformed("`user_id` goes with `as_of`; without it this answers for the caller");
  }
  std::string known(route.info.params);
  if (is_read) known += known.empty() ? "min_position" : " min_position";
  if (is_read && params.has("min_position")) {
    TRY(wanted_position(context, call));
  }
  return params.only(known);
}

asio::awaitable<Response> run_timed(Context& context, Call call, TimedRead read) {
  if (!call.params.has("as_of")) co_return co_await run_read(context, std::move(call), read.now);
  auto answer = co_await answer_as_of(context, call, read.then);
  co_return answered(std::move(answer), call.request.request_id);
}

asio::awaitable<Response> dispatch(Context& context, const Route& route, Call call) {
  auto known = check_params(context, route, call);
  if (!known) co_return problem_response(known.error(), call.request.request_id);
  if (const auto* timed = std::get_if<TimedRead>(&route.handler))
    co_return co_await run_timed(context, std::move(call), *timed);
  if (const auto* read = std::get_if<ReadHandler>(&route.handler))
    co_return co_await run_read(context, std::move(call), *read);
  if (const auto* make = std::get_if<CommandHandler>(&route.handler)) {
    co_return co_await run_command(context, std::move(call), *make);
  }
  if (const auto* take = std::get_if<UploadHandler>(&route.handler)) {
    co_return co_await run_upload(context, std::move(call), *take);
  }
  if (const auto* ask = std::get_if<WaitingHandler>(&route.handler)) {
    auto answer = co_await (*ask)(context, call);
    co_return answered(std::move(answer), call.request.request_id);
  }
  co_return run_at_once(context, call, route);
}

// What was read by the scope `audit` is shown once that is on record.
asio::awaitable<Response> once_recorded(Context& context, Response response, std::string request_id) {
  AuditedRead read = *std::move(response.audited);
  response.audited.reset();
  auto recorded = co_await record_audit_read(context, std::move(read));
  if (!recorded) co_return problem_response(recorded.error(), request_id);
  co_return response;
}

std::uint64_t nanoseconds_since(base::MonotonicTime start, Context& context) {
  auto spent = std::chrono::duration_cast<std::chrono::nanoseconds>(context.clock.monotonic() - start);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(spent.count(), 0));
}

// The route's pattern, not the path and never the query: those carry ids, words people look for, and tokens.
void trace_request(std::string_view route, std::string_view method, int status, std::uint64_t nanoseconds,
                   const std::string& request_id) {
  trace(TraceLevel::debug, "request",
        {{"method", method},
         {"route", route},
         {"status", status},
         {"microseconds", nanoseconds / 1'000},
         {"request_id", request_id}});
}
}  // namespace

void add_common_headers(Response& response, const std::string& request_id) {
  response.headers.emplace_back("X-Request-Id", request_id);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  const auto names_cache = [](const auto& header) { return header.first == "Cache-Control"; };
  if (std::ranges::none_of(response.headers, names_cache)) response.headers.emplace_back("Cache-Control", "no-store");
}

Answered<base::UserId> admit_body(Context& context, const Request& request) {
  auto segments = path_segments(request.path);
  if (!segments || !is_below_api(*segments)) return Problem{413, "too_large", "This path takes no body.", 0, {}};
  auto asking = caller_of(context, request);
  if (asking) return std::move(asking.value().caller.actor);
  if (asking.error().status != 401) return std::move(asking).error();
  return failed_authentication(context, request.peer, std::move(asking).error());
}

asio::awaitable<Response> handle_request(Context& context, Request request) {
  auto start = context.clock.monotonic();
  if (request.request_id.empty()) request.request_id = request_id_of(request, context.uuids);
  std::string request_id = request.request_id;
  std::string method = request.method;
  auto page = listed_origin(request, context.limits);
  bool is_asked_before = page && is_preflight(request);
  Routed routed = route(context, std::move(request));
  Response response;
  if (routed.call) {
    const base::UserId user = routed.call->caller.actor;
    response = co_await dispatch(context, *routed.route, *std::move(routed.call));
    if (routed.route->info.method == "GET") make_room(context, user, request_id, response);
    if (response.audited) response = co_await once_recorded(context, std::move(response), request_id);
  } else {
    response = *std::move(routed.response);
  }
  add_common_headers(response, request_id);
  allow_origin(response, context.limits, page);
  if (is_asked_before) allow_preflight(response);
  if (!response.quota) response.quota = routed.quota;
  if (!response.code.empty()) context.metrics.rejected(response.code);
  auto pattern = routed.route == nullptr ? std::string_view() : routed.route->info.path;
  auto nanoseconds = nanoseconds_since(start, context);
  context.metrics.count_request(pattern, method, response.status, nanoseconds);
  trace_request(pattern, method, response.status, nanoseconds, request_id);
  co_return response;
}

}  // namespace hansard::api
