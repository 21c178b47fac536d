#include "api/origin.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

constexpr const char* kPage = "https://chat.example.com";

Limits with_page() {
  Limits limits;
  limits.origins = {kPage};
  return limits;
}

bool opens(const std::string& origin, const std::string& host = "msg.example.com") {
  Request request;
  request.headers = {{"host", host}, {"origin", origin}};
  return may_open_socket(request, with_page());
}

// Every page that is not listed, however much it looks like one that is.
const char* const kStrangers[] = {"https://evil.example",
                                  "null",
                                  "",
                                  "*",
                                  "https://chat.example.com.evil.example",
                                  "https://evil.example/https://chat.example.com",
                                  "https://evilchat.example.com",
                                  "https://xchat.example.com",
                                  "https://chat.example.co",
                                  "https://chat.example.comx",
                                  "http://chat.example.com",
                                  "https://chat.example.com:8443",
                                  "https://chat.example.com/",
                                  "https://chat.example.com@evil.example",
                                  "https://user@chat.example.com",
                                  "chat.example.com",
                                  "file://"};

TEST_CASE("a socket is opened for listed pages and for the server's own host") {
  CHECK(opens("https://chat.example.com"));
  CHECK(opens("HTTPS://Chat.Example.COM"));
  CHECK(opens("https://msg.example.com"));
  CHECK(opens("http://127.0.0.1:8080", "127.0.0.1:8080"));
  CHECK(opens("http://msg.example.com", "msg.example.com:80"));
  Request no_browser;
  no_browser.headers = {{"host", "msg.example.com"}};
  CHECK(may_open_socket(no_browser, with_page()));
}

TEST_CASE("a socket is refused to every other page (D-10)") {
  for (const char* origin : kStrangers) {
    INFO(origin);
    CHECK_FALSE(opens(origin));
  }
  CHECK_FALSE(opens("http://msg.example.com.evil.example"));
  CHECK_FALSE(opens("http://msg.example.com:8080"));
  CHECK_FALSE(opens("http://msg.example.com@evil.example"));
}

TEST_CASE("answers may be read by listed pages and by no other (A-30, B-59)") {
  House house;
  house.limits().origins = {kPage};
  Reply allowed = house.ask("GET", "/unread", "ann", "", {{"origin", "HTTPS://chat.example.com"}});
  CHECK(allowed.header("Access-Control-Allow-Origin") == kPage);
  CHECK_THAT(allowed.header("Access-Control-Expose-Headers"),
             Catch::Contains("RateLimit-Remaining") && Catch::Contains("Hansard-Position"));
  CHECK(allowed.header("Access-Control-Allow-Credentials").empty());
  CHECK(allowed.header("Vary") == "Origin");
  // Errors too: the page has to see why.
  CHECK(house.ask("GET", "/unread", "", "", {{"origin", kPage}}).header("Access-Control-Allow-Origin") == kPage);
  for (const char* origin : kStrangers) {
    INFO(origin);
    Reply reply = house.ask("GET", "/unread", "ann", "", {{"origin", origin}});
    CHECK(reply.status == 200);
    CHECK(reply.header("Access-Control-Allow-Origin").empty());
    CHECK(reply.header("Vary") == "Origin");
  }
  CHECK(house.get("/unread", "ann").header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("a preflight of a listed page says what it may send") {
  House house;
  house.limits().origins = {kPage};
  Headers asked = {{"origin", kPage},
                   {"access-control-request-method", "POST"},
                   {"access-control-request-headers", "authorization,idempotency-key"}};
  Reply reply = house.ask("OPTIONS", "/conversations", "", "", asked);
  CHECK(reply.status == 200);
  CHECK(reply.header("Access-Control-Allow-Origin") == kPage);
  CHECK(reply.header("Access-Control-Allow-Methods") == "POST, GET, HEAD, OPTIONS");
  CHECK_THAT(reply.header("Access-Control-Allow-Headers"),
             Catch::Contains("Authorization") && Catch::Contains("Idempotency-Key") && Catch::Contains("If-Match"));
  CHECK(reply.header("Access-Control-Max-Age") == "600");
  asked[0].second = "https://evil.example";
  Reply foreign = house.ask("OPTIONS", "/conversations", "", "", asked);
  CHECK(foreign.header("Access-Control-Allow-Origin").empty());
  CHECK(foreign.header("Access-Control-Allow-Methods").empty());
}

TEST_CASE("without listed pages nothing of CORS is said") {
  House house;
  Reply reply = house.ask("GET", "/unread", "ann", "", {{"origin", kPage}});
  CHECK(reply.header("Access-Control-Allow-Origin").empty());
  CHECK(reply.header("Vary").empty());
}

}  // namespace
}  // namespace hansard::api
