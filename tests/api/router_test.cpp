#include "api/router.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

TEST_CASE("root routes answer without a token") {
  House house;
  CHECK(house.get("/health", "").status == 200);
  CHECK(house.get("/ready", "").word("status") == "ready");
  CHECK_THAT(house.get("/metrics", "").text, Catch::Contains("hansard_commits_total"));
  CHECK(house.get("/openapi.json", "").json.member("paths").kind() == JsonValue::Kind::object);
  CHECK(house.get("/asyncapi.json", "").json.member("channels").kind() == JsonValue::Kind::object);
  CHECK(house.get("/healthz", "").status == 404);
}

TEST_CASE("below /api/v1 nothing answers without one valid token") {
  House house;
  for (const char* target : {"/conversations", "/nothing", "/conversations?access_token=ann"}) {
    Reply reply = house.get(target, "");
    INFO(target);
    CHECK(reply.status == 401);
    CHECK(reply.code() == "unauthenticated");
    CHECK_THAT(reply.header("WWW-Authenticate"), Catch::StartsWith("Bearer"));
  }
  CHECK(house.get("/conversations", "forged").status == 401);
  CHECK(house.ask("GET", "/conversations", "", "", {{"authorization", "Basic ann"}}).status == 401);
  CHECK(house.ask("GET", "/conversations", "ann", "", {{"authorization", "Bearer bob"}}).status == 401);
  CHECK(house.ask("GET", "/conversations", "", "", {{"authorization", "bearer ann"}}).status == 200);
}

TEST_CASE("without room for a large answer a read is refused, and a command is done and told in short") {
  House house;
  house.limits().body_bytes_per_user_max = 0;
  const std::string path = "/conversations/" + house.group("ann", {"bob"}) + "/messages";
  std::string escaped;
  for (int i = 0; i < 10'000; ++i) escaped += "\\u0001";
  const std::string large = R"({"content":")" + escaped + R"(","metadata":{"n":")" + std::string(8'000, 'n') + R"("}})";
  Reply sent = house.post(path, "ann", large);
  CHECK(sent.status == 201);
  CHECK(sent.text.size() < 1'000);
  CHECK_FALSE(sent.word("position").empty());
  const std::string id = sent.word("message_id");
  Reply page = house.get(path, "bob");
  CHECK(page.status == 503);
  CHECK(page.code() == "overloaded");
  CHECK_THAT(page.word("detail"), Catch::Contains("on its way"));
  house.limits().body_bytes_per_user_max = 1u << 20;
  CHECK(house.get(path, "bob").items().size() == 1);
}

TEST_CASE("an encoded path is behind the token like a plain one") {
  House house;
  for (const char* target : {"/%61pi/v1/conversations", "/api/%76%31/unread", "/%61%70%69/v1/nothing"}) {
    INFO(target);
    CHECK(house.get(target, "").status == 401);
  }
  CHECK(house.ask("POST", "/%61pi/v1/conversations", "", R"({"type":"group"})").status == 401);
  CHECK(house.get("/%61pi/v1/conversations", "ann").status == 200);
}

TEST_CASE("a query parameter that a route does not have is refused, on every route alike") {
  House house;
  std::string id = house.group("ann", {"bob"});
  const std::string path = "/conversations/" + id;
  for (const std::string& target :
       {path + "?x", path + "/messages?offset=10", path + "?user_id=bob", std::string("/conversations?archive=true"),
        std::string("/unread?limit=1"), std::string("/users/online?room=1"),
        std::string("/consumers?types=message.sent"), std::string("/search/messages?q=a&page=2")}) {
    INFO(target);
    CHECK(house.get(target, "ann service").status == 400);
  }
  CHECK(house.ask("DELETE", path + "/members/bob?quite=true", "ann").status == 400);
  CHECK(house.post(path + "/archive?as_of=1", "ann").status == 400);
  CHECK(house.get(path + "/members", "ann").items().size() == 2);
  CHECK(house.get(path, "ann").json.member("archived").boolean() == false);
  CHECK_THAT(house.get("/conversations?archive=true", "ann").text, Catch::Contains("`archived` is one."));
  CHECK_THAT(house.post(path + "/pin?now=1", "ann").text, Catch::Contains("There is no parameter `now` here.\""));
  CHECK(house.get("/consumers?min_position=0010000000000001", "ann service").status != 400);
  CHECK(house.get("/health?probe=1", "").status == 200);
}

TEST_CASE("an unknown path is 404 and an unknown method 405 with what is allowed") {
  House house;
  for (const char* target : {"/nothing", "/conversations/", "/searches", "/users/ann", "/event", "/audits"}) {
    INFO(target);
    CHECK(house.get(target, "ann").status == 404);
  }
  Reply reply = house.ask("DELETE", "/conversations", "ann");
  CHECK(reply.status == 405);
  CHECK(reply.code() == "method_not_allowed");
  CHECK(reply.header("Allow") == "POST, GET, HEAD, OPTIONS");
  Reply options = house.ask("OPTIONS", "/conversations", "");
  CHECK(options.status == 200);
  CHECK(options.header("Allow") == "POST, GET, HEAD, OPTIONS");
  CHECK(house.get("/conversations/%zz", "ann").status == 400);
  CHECK(house.ask("HEAD", "/conversations", "ann").status == 200);
}

TEST_CASE("only a service acts for somebody") {
  House house;
  Headers as_bob = {{"hansard-act-as", "bob"}};
  CHECK(house.ask("GET", "/conversations", "ann", "", as_bob).status == 403);
  Reply made = house.post("/conversations", "backend service", R"({"type":"group"})", as_bob);
  CHECK(made.status == 201);
  CHECK(made.word("created_by") == "bob");
  for (const char* bad : {"bob", "UTF-8''%zz", "UTF-8''", "iso-8859-1''bob"}) {
    CHECK(house.ask("GET", "/conversations", "backend service", "", {{"hansard-act-as*", bad}}).status == 400);
  }
  Headers spaced = {{"hansard-act-as*", "UTF-8''zoe%20"}};
  auto spaced_one = house.ask("POST", "/conversations", "backend service", R"({"type":"group"})", spaced);
  CHECK(spaced_one.text.find(R"("created_by":"zoe ")") != std::string::npos);
  CHECK(house.ask("GET", "/conversations", "backend service", "", {{"hansard-act-as", ""}}).status == 400);
}

TEST_CASE("every answer carries its request id and is not stored") {
  House house;
  Reply fresh = house.get("/conversations", "ann");
  CHECK(fresh.header("X-Request-Id").size() == 36);
  CHECK(fresh.header("X-Content-Type-Options") == "nosniff");
  CHECK(fresh.header("Cache-Control") == "no-store");
  Reply own = house.ask("GET", "/nothing", "ann", "", {{"x-request-id", "mine-1"}});
  CHECK(own.header("X-Request-Id") == "mine-1");
  CHECK(own.word("request_id") == "mine-1");
  CHECK(house.ask("GET", "/nothing", "ann", "", {{"x-request-id", "not sane"}}).word("request_id").size() == 36);
}

TEST_CASE("a body is JSON and said to be") {
  House house;
  auto posted = [&](const std::string& body, const std::string& type) {
    return house.post("/conversations", "ann", body, {{"content-type", type}});
  };
  CHECK(posted(R"({"type":"group"})", "application/json; charset=utf-8").status == 201);
  CHECK(posted(R"({"type":"group"})", "Application/Merge-Patch+JSON").status == 201);
  CHECK(posted(R"({"type":"group"})", "text/plain").code() == "unsupported_media_type");
  CHECK(posted("{", "application/json").code() == "malformed");
  CHECK(posted(std::string(100, '[') + std::string(100, ']'), "application/json").status == 400);
}

TEST_CASE("an idempotency key is 1 to 64 visible characters") {
  House house;
  for (const std::string& bad : {std::string(), std::string(65, 'k'), std::string("a b"), std::string("k\xC3\xA9")}) {
    CHECK(house.post("/conversations", "ann", R"({"type":"group"})", {{"idempotency-key", bad}}).status == 400);
  }
  CHECK(
      house.post("/conversations", "ann", R"({"type":"group"})", {{"idempotency-key", std::string(64, 'k')}}).status ==
      201);
}

TEST_CASE("a read waits for a position, and says where it stands") {
  House house;
  std::string id = house.group("ann", {"bob"});
  Reply sent = house.post("/conversations/" + id + "/messages", "ann", R"({"content":"x"})");
  Reply read = house.get("/conversations/" + id + "/messages?min_position=" + sent.word("position"), "bob");
  CHECK(read.contents() == std::vector<std::string>{"x"});
  CHECK(read.header("Hansard-Position") >= sent.word("position"));
  CHECK(house.get("/conversations?min_position=soon", "ann").status == 400);
  CHECK(house.get("/conversations?min_position=9990000000000001", "ann").code() == "gap");
  house.limits().min_position_timeout_ms = 20;
  std::string future = sent.word("position").substr(0, 10) + "999999";
  Reply behind = house.get("/conversations?min_position=" + future, "ann");
  CHECK(behind.status == 503);
  CHECK(behind.code() == "view_behind");
  CHECK(behind.word("position") == read.header("Hansard-Position"));
  CHECK(behind.header("Retry-After") == "1");
}

TEST_CASE("a read finds what others were told before it came") {
  House house;
  std::string id = house.group("ann", {"bob"});
  for (int i = 0; i < 50; ++i) {
    std::string sent = house.send(id, "ann", std::to_string(i));
    CHECK(house.get("/messages/" + sent, "bob").status == 200);
  }
}

}  // namespace
}  // namespace hansard::api
