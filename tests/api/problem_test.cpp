#include "api/problem.h"

#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "api/json.h"

namespace hansard::api {
namespace {

using domain::Rejection;
using domain::RejectionCode;

std::string text_of(const Problem& problem) {
  std::string out;
  append_problem(out, problem, "r-1");
  return out;
}

std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST_CASE("each rejection has its status and its stable word") {
  struct Case {
    RejectionCode code;
    int status;
    std::string_view word;
  };
  for (const Case& c :
       {Case{RejectionCode::not_found, 404, "not_found"}, Case{RejectionCode::forbidden, 403, "forbidden"},
        Case{RejectionCode::conflict, 409, "conflict"}, Case{RejectionCode::id_taken, 409, "id_taken"},
        Case{RejectionCode::gone, 410, "gone"}, Case{RejectionCode::precondition_failed, 412, "version_conflict"},
        Case{RejectionCode::delete_window_passed, 422, "delete_window_passed"},
        Case{RejectionCode::edit_window_passed, 422, "edit_window_passed"},
        Case{RejectionCode::message_deleted, 422, "message_deleted"},
        Case{RejectionCode::conversation_closed, 409, "conversation_closed"},
        Case{RejectionCode::read_only, 403, "read_only"}, Case{RejectionCode::slow_mode, 429, "slow_mode"},
        Case{RejectionCode::invalid, 422, "invalid"}, Case{RejectionCode::group_full, 422, "group_full"},
        Case{RejectionCode::legal_hold, 409, "legal_hold"}}) {
    Problem problem = problem_of(Rejection{c.code, "why", 0});
    INFO(c.word);
    CHECK(problem.status == c.status);
    CHECK(problem.code == c.word);
  }
}

TEST_CASE("a body names type, title, status, detail, code and request") {
  CHECK(text_of(problem_of(Rejection{RejectionCode::conflict, "Say \"why\".", 0})) ==
        R"({"type":"urn:hansard:problem:conflict","title":"Conflict","status":409,"detail":"Say \"why\".",)"
        R"("code":"conflict","request_id":"r-1"})");
}

TEST_CASE("not found says the same whatever the reason was") {
  std::string stranger = text_of(problem_of(Rejection{RejectionCode::not_found, "you left this group", 0}));
  CHECK(stranger == text_of(not_found()));
  CHECK(stranger == text_of(problem_of(base::Error{base::ErrorCode::not_found, "no such row"})));
}

TEST_CASE("our own trouble is not explained to the caller") {
  Problem problem = problem_of(base::Error{base::ErrorCode::corrupt, "block 17 of file 000123.sst"});
  CHECK(problem.status == 500);
  CHECK(text_of(problem).find("sst") == std::string::npos);
}

TEST_CASE("who may try again is told when") {
  CHECK(header_of(problem_response(problem_of(engine::Answer(engine::Overloaded{})), "r"), "Retry-After") == "1");
  CHECK(header_of(problem_response(problem_of(engine::Answer(engine::DiskFull{})), "r"), "Retry-After") == "30");
  Problem slow = problem_of(Rejection{RejectionCode::slow_mode, "", 7});
  CHECK(header_of(problem_response(slow, "r"), "Retry-After") == "7");
  CHECK(problem_response(slow, "r").quota == Quota{1, 0, 7});
  CHECK_THAT(problem_response(slow, "r").body, Catch::Contains("\"retry_after\":7"));
  Problem fast = rate_limited("this user", Quota{100, 0, 4}, 1);
  CHECK(problem_response(fast, "r").quota == Quota{100, 0, 4});
  CHECK(problem_response(fast, "r").code == "rate_limited");
  Problem reused = problem_of(engine::Answer(engine::KeyReused{}));
  CHECK(reused.status == 422);
  CHECK(reused.code == "idempotency_key_reused");
}

TEST_CASE("a view that is behind says how far it is") {
  Response response = problem_response(view_behind("0010000000000042"), "r");
  CHECK(response.status == 503);
  CHECK(header_of(response, "Hansard-Position") == "0010000000000042");
  JsonParser parser;
  auto body = parser.parse(response.body);
  REQUIRE(body);
  CHECK(body.value().member("position").string() == "0010000000000042");
  CHECK(response.content_type == "application/problem+json");
}

TEST_CASE("a 401 names the scheme") {
  Response response = problem_response(Problem{401, "unauthenticated", "The token has expired.", 0, {}}, "r");
  CHECK(header_of(response, "WWW-Authenticate").starts_with("Bearer"));
}

}  // namespace
}  // namespace hansard::api
