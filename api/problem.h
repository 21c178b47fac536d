// Errors on the wire (RFC 9457): the one table from rejections and operating errors to status, code and title.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http_types.h"
#include "engine/base/result.h"
#include "engine/domain/decide.h"
#include "engine/engine.h"

namespace hansard::api {

struct Problem {
  int status = 500;
  std::string_view code;  // stable word: not_found, version_conflict ...
  std::string detail;     // one sentence; "" for none
  std::uint32_t retry_after_s = 0;
  std::string position{};        // of view_behind: the position reached, an extension member; "" for none
  std::optional<Quota> quota{};  // of a 429: the bucket that is empty
};

// What a handler may return instead of a value.
template <class T>
using Answered = boost::outcome_v2::basic_result<T, Problem, boost::outcome_v2::policy::terminate>;

// Always the same body (but for request_id): a stranger learns nothing from it.
Problem not_found();
Problem malformed(std::string detail);
Problem forbidden(std::string detail);
Problem invalid(std::string detail);
// A view did not reach the wanted position in time; `reached` is as on the wire.
Problem view_behind(std::string reached);
Problem problem_of(const domain::Rejection& rejection);
Problem problem_of(const base::Error& error);
// Too many requests, frames or failed authentications: `who` in "The rate of <who> is used up."
Problem rate_limited(std::string_view who, const Quota& quota, std::uint32_t retry_after_s);
// For every alternative of an Answer that is not Done.
Problem problem_of(const engine::Answer& answer);

// {"type","title","status","detail","code","request_id"}, and where the problem has them "retry_after" (seconds) and
// "position". `type` is
// "urn:hansard:problem:" and the code; the title belongs to the code, or to the status for a code of a session's own.
void append_problem(std::string& out, const Problem& problem, std::string_view request_id);
Response problem_response(const Problem& problem, std::string_view request_id);

}  // namespace hansard::api
