#include "projections/process/http_post.h"

#include <thread>

#include <catch2/catch.hpp>

#include "tests/process/http_server.h"

namespace hansard::process {
namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

HttpRequest request_to(const HttpServer& server) {
  HttpRequest request;
  request.url = server.url("/hook?a=1");
  request.headers = {"Content-Type: application/json", "Expect:", "Hansard-Webhook-Id: push-1"};
  request.body = "{\"number\":1}";
  request.is_loopback = true;
  return request;
}

TEST_CASE("a request arrives with its headers and body, the next one on the same connection") {
  HttpServer server({kOk});
  const auto post = HttpPost::make();
  CHECK(post->send(request_to(server)).status == 200);
  CHECK(post->send(request_to(server)).status == 200);
  const auto seen = server.requests();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].starts_with("POST /hook?a=1 HTTP/1.1\r\n"));
  CHECK(seen[0].find("\r\nHansard-Webhook-Id: push-1\r\n") != std::string::npos);
  CHECK(seen[0].find("\r\nContent-Type: application/json\r\n") != std::string::npos);
  CHECK(seen[0].find("Expect") == std::string::npos);
  CHECK(seen[0].ends_with("\r\n\r\n{\"number\":1}"));
  CHECK(server.connections() == 1);
}

TEST_CASE("the status and Retry-After of an answer are told, a redirect is not followed") {
  HttpServer server({"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
                     "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"});
  const auto post = HttpPost::make();
  const auto busy = post->send(request_to(server));
  CHECK(busy.status == 503);
  CHECK(busy.trouble == "the receiver answered 503");
  CHECK(busy.retry_after == std::chrono::seconds(7));
  const auto moved = post->send(request_to(server));
  CHECK(moved.status == 302);
  CHECK_FALSE(moved.retry_after);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("no answer is said so: nobody there, none in time, none that is HTTP") {
  const auto post = HttpPost::make();
  HttpRequest nobody;
  {
    HttpServer gone({kOk});
    nobody = request_to(gone);
  }
  const auto refused = post->send(nobody);
  CHECK(refused.status == 0);
  CHECK_FALSE(refused.trouble.empty());
  CHECK(refused.trouble.find("hook") == std::string::npos);

  HttpServer silent({""});
  HttpRequest slow = request_to(silent);
  slow.timeout_ms = 50;
  CHECK(post->send(slow).status == 0);

  HttpServer babbling({"what?\r\n\r\n"});
  CHECK(post->send(request_to(babbling)).status == 0);
}

TEST_CASE("an answer without end is cut, and its status counts") {
  HttpServer server({"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + std::string(4u << 20, 'x')});
  const auto post = HttpPost::make();
  CHECK(post->send(request_to(server)).status == 200);
}

TEST_CASE("https means TLS: a receiver that does not speak it gets nothing") {
  HttpServer server({kOk});
  const auto post = HttpPost::make();
  HttpRequest request = request_to(server);
  request.url.replace(0, 4, "https");
  request.timeout_ms = 2'000;
  CHECK(post->send(request).status == 0);
  CHECK(server.requests().empty());
}

TEST_CASE("a cancel ends the request under way and every later one") {
  HttpServer silent({""});
  const auto post = HttpPost::make();
  HttpReply reply{200, "", {}};
  std::thread sender([&] { reply = post->send(request_to(silent)); });
  silent.wait_for_requests(1);
  post->cancel();
  sender.join();
  CHECK(reply.status == 0);
  CHECK(post->send(request_to(silent)).status == 0);
}

}  // namespace
}  // namespace hansard::process
