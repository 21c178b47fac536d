#include "api/problem.h"

#include <array>
#include <utility>

#include "api/json.h"
#include "engine/base/check.h"

namespace hansard::api {

using domain::RejectionCode;

namespace {
struct Row {
  int status;
  std::string_view code;
  std::string_view title;
};

constexpr Row kNotFound{404, "not_found", "Not found"};
constexpr Row kForbidden{403, "forbidden", "Forbidden"};
constexpr Row kMalformed{400, "malformed", "Malformed request"};
constexpr Row kInvalid{422, "invalid", "A rule about values was broken"};
constexpr Row kOverloaded{503, "overloaded", "Overloaded"};
constexpr Row kViewBehind{503, "view_behind", "A view is behind"};
constexpr Row kDiskFull{503, "disk_full", "The disk is full"};
constexpr Row kKeyReused{422, "idempotency_key_reused", "The idempotency key was used with another request"};
constexpr Row kShuttingDown{503, "shutting_down", "The server is stopping"};
constexpr Row kInternal{500, "internal", "Internal error"};

// In the order of RejectionCode.
constexpr std::array<Row, 16> kRejections{{
    kNotFound,
    kForbidden,
    {409, "conflict", "Conflict"},
    {409, "id_taken", "The id names something else"},
    {410, "gone", "Gone"},
    {412, "version_conflict", "The version is another one"},
    {422, "delete_window_passed", "The time to delete has passed"},
    {422, "edit_window_passed", "The time to edit has passed"},
    {422, "message_deleted", "The message is deleted"},
    {409, "conversation_closed", "The conversation is closed"},
    {403, "read_only", "Posting is not allowed"},
    {429, "slow_mode", "Too soon after the last message"},
    {422, "blocked", "The other person has blocked the caller"},
    kInvalid,
    {422, "group_full", "The group is full"},
    {409, "legal_hold", "A legal hold is in the way"},
}};

// What sessions, the router and handlers answer on their own.
constexpr std::array<Row, 24> kOthers{{
    kMalformed,
    kOverloaded,
    kViewBehind,
    kDiskFull,
    kKeyReused,
    kShuttingDown,
    kInternal,
    {401, "unauthenticated", "A valid token is needed"},
    {405, "method_not_allowed", "Method not allowed"},
    {408, "timeout", "The request took too long"},
    {411, "length_required", "A Content-Length is needed"},
    {413, "too_large", "Too large"},
    {415, "unsupported_media_type", "Unsupported media type"},
    {416, "range_not_satisfiable", "The range is not there"},
    {422, "as_of_in_future", "The log has not got that far"},
    {422, "gap", "The position is of another epoch"},
    {422, "not_supported", "Not supported"},
    {426, "upgrade_required", "A WebSocket upgrade is needed"},
    {429, "rate_limited", "Too many requests"},
    {429, "too_many_sockets", "Too many sockets"},
    {429, "too_many_transfers", "Too many transfers"},
    {431, "header_too_large", "The header is too large"},
    {503, "view_stopped", "A view has stopped"},
    {503, "unavailable", "Unavailable"},
}};

std::string_view title_of(const Problem& problem) {
  for (const Row& row : kRejections) {
    if (row.code == problem.code) return row.title;
  }
  for (const Row& row : kOthers) {
    if (row.code == problem.code) return row.title;
  }
  return problem.status < 500 ? "The request was refused" : "The server could not answer";
}

Problem make(const Row& row, std::string detail, std::uint32_t retry_after_s = 0) {
  return Problem{row.status, row.code, std::move(detail), retry_after_s, {}};
}

struct AnswerVisitor {
  Problem operator()(const engine::Done&) const {
    CHECK(false, "an accepted command is not a problem");
    return {};
  }
  Problem operator()(const domain::Rejection& rejection) const { return problem_of(rejection); }
  Problem operator()(const engine::KeyReused&) const {
    return make(kKeyReused, "Choose a new idempotency key for a new request.");
  }
  Problem operator()(const engine::Overloaded&) const { return make(kOverloaded, "Try again in a moment.", 1); }
  Problem operator()(const engine::DiskFull&) const {
    return make(kDiskFull, "Commands are refused until there is space; reading goes on.", 30);
  }
};
}  // namespace

Problem not_found() { return make(kNotFound, "There is nothing here that you may see."); }
Problem malformed(std::string detail) { return make(kMalformed, std::move(detail)); }
Problem forbidden(std::string detail) { return make(kForbidden, std::move(detail)); }
Problem invalid(std::string detail) { return make(kInvalid, std::move(detail)); }

Problem view_behind(std::string reached) {
  Problem problem = make(kViewBehind, "The position asked for has not been reached; try again.", 1);
  problem.position = std::move(reached);
  return problem;
}

Problem rate_limited(std::string_view who, const Quota& quota, std::uint32_t retry_after_s) {
  std::string detail = "The rate of " + std::string(who) + " is used up; try again later.";
  return {429, "rate_limited", std::move(detail), retry_after_s, {}, quota};
}

Problem problem_of(const domain::Rejection& rejection) {
  if (rejection.code == RejectionCode::not_found) return not_found();
  auto index = static_cast<std::size_t>(rejection.code);
  CHECK(index < kRejections.size(), index);
  return make(kRejections[index], rejection.detail, rejection.retry_after_s);
}

// Details of our own trouble stay in the trace; only what the caller sent is explained to him.
Problem problem_of(const base::Error& error) {
  switch (error.code) {
    case base::ErrorCode::malformed:
      return malformed(error.detail);
    case base::ErrorCode::not_found:
      return not_found();
    case base::ErrorCode::refused:
      return forbidden(error.detail);
    case base::ErrorCode::overloaded:
      return make(kOverloaded, error.detail.empty() ? "Try again in a moment." : error.detail, 1);
    case base::ErrorCode::behind:
      return make(kViewBehind, "Try again in a moment.", 1);
    case base::ErrorCode::disk_full:
      return problem_of(engine::Answer(engine::DiskFull{}));
    case base::ErrorCode::shutting_down:
      return make(kShuttingDown, "Try again in a moment.", 5);
    case base::ErrorCode::corrupt:
    case base::ErrorCode::unsupported:
    case base::ErrorCode::in_use:
    case base::ErrorCode::io:
      break;
  }
  return make(kInternal, "");
}

Problem problem_of(const engine::Answer& answer) { return std::visit(AnswerVisitor{}, answer); }

void append_problem(std::string& out, const Problem& problem, std::string_view request_id) {
  out.append("{\"type\":\"urn:hansard:problem:").append(problem.code).append("\",\"title\":");
  append_json_string(out, title_of(problem));
  out += ",\"status\":";
  append_json_number(out, static_cast<std::uint64_t>(problem.status));
  out += ",\"detail\":";
  append_json_string(out, problem.detail);
  out.append(",\"code\":\"").append(problem.code).append("\",\"request_id\":");
  append_json_string(out, request_id);
  if (problem.retry_after_s != 0) {
    out += ",\"retry_after\":";
    append_json_number(out, problem.retry_after_s);
  }
  if (!problem.position.empty()) out.append(",\"position\":\"").append(problem.position).append("\"");
  out += '}';
}

Response problem_response(const Problem& problem, std::string_view request_id) {
  Response response;
  response.status = problem.status;
  response.content_type = "application/problem+json";
  append_problem(response.body, problem, request_id);
  if (problem.retry_after_s != 0) response.headers.emplace_back("Retry-After", std::to_string(problem.retry_after_s));
  response.code = problem.code;
  response.quota = problem.quota;
  // Slow mode is a bucket of one message.
  if (problem.status == 429 && !response.quota) response.quota = Quota{1, 0, problem.retry_after_s};
  if (problem.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"hansard\"");
  if (!problem.position.empty()) response.headers.emplace_back("Hansard-Position", problem.position);
  return response;
}

}  // namespace hansard::api
