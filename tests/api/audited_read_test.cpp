// A read by the scope `audit` over an engine that answers when the test says: nothing is shown before it is on record.
#include "api/audited_read.h"

#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include "api/event_tail.h"
#include "api/router.h"
#include "tests/api/transport_fakes.h"

namespace hansard::api {
namespace {

struct Scopes final : Authenticator {
  base::Result<Identity> authenticate(std::string_view token, base::Timestamp) const override {
    Identity identity;
    identity.user = {"vera"};
    identity.audit = token.find("audit") != std::string_view::npos;
    identity.service = token.find("service") != std::string_view::npos;
    return identity;
  }
};

struct Desk {
  Desk() {
    context.event_tail = &tail;
    history.send(0, 0);
    edge.publish();
  }
  void ask(const std::string& query, const std::string& token, const std::string& act_as = "") {
    Request request;
    request.method = "GET";
    request.path = "/api/v1/events";
    request.query = query;
    request.headers.emplace_back("authorization", "Bearer " + token);
    if (!act_as.empty()) request.headers.emplace_back("hansard-act-as", act_as);
    response.reset();
    asio::co_spawn(edge.io, handle_request(context, std::move(request)),
                   [this](std::exception_ptr, Response got) { response = std::move(got); });
    edge.run();
  }
  void answer(engine::Answer answer) {
    std::vector<engine::Completion> completions;
    completions.push_back({edge.engine.submitted.back().token, std::move(answer)});
    edge.completions.deliver(std::move(completions));
    edge.run();
  }
  const engine::Submission& last() const { return edge.engine.submitted.back(); }

  test::Edge edge;
  test::History history{edge.engine};
  EventTail tail{edge.io, edge.engine};
  Scopes scopes;
  Context context{edge.io,      edge.engine,       edge.views,           scopes,     edge.limits,
                  edge.metrics, edge.acknowledged, base::system_clock(), edge.uuids, edge.completions};
  std::optional<Response> response;
};

TEST_CASE("an auditor's read is answered once its record is durable, and not before") {
  Desk desk;
  desk.ask("actor=user-0", "audit");
  REQUIRE(desk.edge.engine.submitted.size() == 1);
  CHECK_FALSE(desk.response);
  const auto& read = std::get<domain::RecordAuditRead>(desk.last().command);
  CHECK(read.action == "events.read");
  CHECK(read.about == base::UserId{"user-0"});
  CHECK(read.query == "/api/v1/events?actor=user-0");
  desk.answer(engine::Done{});
  REQUIRE(desk.response);
  CHECK(desk.response->status == 200);
  CHECK(desk.response->body.find("\"position\"") != std::string::npos);
}

TEST_CASE("what cannot be put on record is not shown") {
  Desk desk;
  desk.ask("", "audit");
  desk.answer(engine::Overloaded{});
  REQUIRE(desk.response);
  CHECK(desk.response->status == 503);
  CHECK(desk.response->body.find("items") == std::string::npos);
}

TEST_CASE("a service reads without a record, and who is refused leaves none") {
  Desk desk;
  desk.ask("", "service");
  REQUIRE(desk.response);
  CHECK(desk.response->status == 200);
  desk.ask("", "nothing");
  CHECK(desk.response->status == 403);
  desk.ask("types=nothing", "audit");
  CHECK(desk.response->status == 400);
  CHECK(desk.edge.engine.submitted.empty());
}

TEST_CASE("the reader on record is who authenticated, whomever he acts for") {
  Desk desk;
  desk.ask("", "audit service", "bob");
  REQUIRE(desk.edge.engine.submitted.size() == 1);
  CHECK(desk.last().caller.actor == base::UserId{"vera"});
  desk.answer(engine::Done{});
}

TEST_CASE("a token in a query is not put on record, and hides nothing else") {
  Call call;
  call.request.path = "/api/v1/conversations/1";
  call.request.query = "access_token=secret&&as_of=7&token=secret";
  CHECK(audited(call, {}).read.query == "/api/v1/conversations/1?as_of=7");
}

TEST_CASE("a parameter that the log does not know is refused before anything is read or recorded") {
  Desk desk;
  for (const char* query : {"access_token=secret", "actr=user-1", "type=message.sent"}) {
    desk.ask(query, "audit");
    CHECK(desk.response->status == 400);
    CHECK(desk.response->body.find("secret") == std::string::npos);
  }
  CHECK(desk.edge.engine.submitted.empty());
}

}  // namespace
}  // namespace hansard::api
