#include "api/request_check.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

using namespace hansard;
using namespace hansard::api;

namespace {

using namespace std::string_literals;

// 200: accepted.
int status_of(const std::string& head) {
  auto end = find_head_end(head, 0);
  if (end.state == HeadEnd::State::bad) return 400;
  if (end.state == HeadEnd::State::incomplete) return 0;
  auto checked = check_request(std::string_view(head).substr(0, end.size), Limits{});
  if (!checked) return checked.error().status;
  if (!checked.value().wants_websocket) return 200;
  auto upgrade = check_upgrade(checked.value());
  return upgrade ? 101 : upgrade.error().status;
}

std::string get(const std::string& fields) { return "GET /x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }
std::string line(const std::string& text) { return text + "\r\nHost: a\r\n\r\n"; }
std::string upgrade(const std::string& fields) {
  return get("Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" + fields);
}
const std::string kKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const std::string kThirteen = "Sec-WebSocket-Version: 13\r\n";

struct Case {
  std::string head;
  int status;
};

void check_all(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    INFO(c.head.substr(0, 200));
    CHECK(status_of(c.head) == c.status);
  }
}

}  // namespace

TEST_CASE("ordinary requests pass") {
  check_all({{get(""), 200},
             {get("Accept: */*\r\nX-Empty:\r\nX-Blank:   \r\n"), 200},
             {get("Content-Length: 0\r\n"), 200},
             {get("Content-Length: 12\r\nExpect: 100-Continue\r\n"), 200},
             {get("Content-Encoding: identity\r\n"), 200},
             {get("X-Text: caf\xC3\xA9\ttab\r\n"), 200},
             {line("GET /a/b?c=%20d&e=\"f|g\" HTTP/1.1"), 200},
             {line("GET http://a:8080/x HTTP/1.1"), 200},
             {line("OPTIONS * HTTP/1.1"), 200},
             {line("BREW /pot HTTP/1.1"), 200},
             {"GET / HTTP/1.0\r\n\r\n", 200},
             {"GET / HTTP/1.1\r\nHost: example.org:8080\r\n\r\n", 200},
             {"GET / HTTP/1.1\r\nhOsT: [::1]:80\r\n\r\n", 200},
             {get("Upgrade: h2c\r\nConnection: Upgrade\r\n"), 200}});
}

TEST_CASE("a transfer encoding is answered 411 however it is spelled") {
  std::vector<Case> cases;
  for (const auto* value : {"chunked", "xchunked", "Chunked", "chunked;q=1", "chunked x", "gzip, chunked", "identity",
                            "chunked, identity", "\tchunked", "", "x", "\"chunked\"", "chunked,", ", chunked"}) {
    cases.push_back({get("Transfer-Encoding: "s + value + "\r\n"), 411});
    cases.push_back({get("tRANSFER-eNCODING:"s + value + "\r\nContent-Length: 5\r\n"), 411});
  }
  cases.push_back({"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 411});
  cases.push_back({get("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 411});
  check_all(cases);
}

TEST_CASE("a header that two parsers could read in two ways is refused") {
  check_all({{get("Transfer-Encoding : chunked\r\n"), 400},
             {get("Transfer-Encoding\t: chunked\r\n"), 400},
             {get(" X: folded\r\n"), 400},
             {get("X: a\r\n folded\r\n"), 400},
             {get("X: a\r\n\tfolded\r\n"), 400},
             {get("X: a\nY: b\r\n"), 400},
             {get("X: a\rY: b\r\n"), 400},
             {get("X: a\r\r\n"), 400},
             {get("X: a\0b\r\n"s), 400},
             {get("X: a\x01\r\n"), 400},
             {get("X: a\x1B[31m\r\n"), 400},
             {get("X: a\x7F\r\n"), 400},
             {get("X\0: a\r\n"s), 400},
             {get("X Y: a\r\n"), 400},
             {get("X(: a\r\n"), 400},
             {get("X\x80: a\r\n"), 400},
             {get("\"X\": a\r\n"), 400},
             {get("no colon\r\n"), 400},
             {get(": no name\r\n"), 400},
             {get("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
             {get("Content-Length: 5\r\ncontent-length: 6\r\n"), 400},
             {get("Content-Length: 5, 5\r\n"), 400},
             {get("Content-Length: +5\r\n"), 400},
             {get("Content-Length: -1\r\n"), 400},
             {get("Content-Length: 0x5\r\n"), 400},
             {get("Content-Length: 5 6\r\n"), 400},
             {get("Content-Length: 5a\r\n"), 400},
             {get("Content-Length:\r\n"), 400},
             {get("Content-Length: 1.0\r\n"), 400},
             {get("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), 400},
             {get("Idempotency-Key: a\r\nIdempotency-Key: b\r\n"), 400}});
}

TEST_CASE("a host is there once and is one") {
  auto host = [](const std::string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; };
  check_all({{host(""), 400},
             {host("Host:\r\n"), 400},
             {host("Host: a\r\nHost: a\r\n"), 400},
             {host("Host: a\r\nHost: b\r\n"), 400},
             {host("Host: a b\r\n"), 400},
             {host("Host: a/b\r\n"), 400},
             {host("Host: user@a\r\n"), 400},
             {host("Host: a:port\r\n"), 400},
             {host("Host: a:65536\r\n"), 400},
             {host("Host: a:123456\r\n"), 400},
             {host("Host: a:1:2\r\n"), 400},
             {host("Host: ::1\r\n"), 400},
             {host("Host: [::1\r\n"), 400},
             {host("Host: [xyz]\r\n"), 400},
             {host("Host: a,b\r\n"), 400},
             {host("Host: :80\r\n"), 400},
             {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400}});
}

TEST_CASE("a request line has three parts and nothing else") {
  check_all({{line("GET / HTTP/1.1 "), 400},
             {line("GET  / HTTP/1.1"), 400},
             {line("GET /  HTTP/1.1"), 400},
             {line(" GET / HTTP/1.1"), 400},
             {line("GET /"), 400},
             {line("GET"), 400},
             {line("GET / a HTTP/1.1"), 400},
             {line("GET\t/ HTTP/1.1"), 400},
             {line("GE(T / HTTP/1.1"), 400},
             {line("GET x HTTP/1.1"), 400},
             {line("GET /x#y HTTP/1.1"), 400},
             {line("GET /\xC3\xA9 HTTP/1.1"), 400},
             {line("GET /\0 HTTP/1.1"s), 400},
             {line("GET * HTTP/1.1"), 400},
             {line("GET http:// HTTP/1.1"), 400},
             {line("GET http://u@a/ HTTP/1.1"), 400},
             {line("GET ftp://a/ HTTP/1.1"), 400},
             {line("CONNECT a:80 HTTP/1.1"), 400},
             {line("GET / HTTP/1.1x"), 400},
             {line("GET / http/1.1"), 400},
             {line("GET / HTTP/1"), 400},
             {line("GET / HTTP/11.1"), 400},
             {line("GET / HTTP/1.2"), 505},
             {line("GET / HTTP/2.0"), 505},
             {line("GET / HTTP/0.9"), 505},
             {"GET / HTTP/1.1\nHost: a\n\n", 400},
             {"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400}});
}

TEST_CASE("what is too large is refused with its own status") {
  Limits limits;
  std::string fields;
  for (std::size_t i = 0; i < limits.http_header_fields_max; ++i) fields += "X" + std::to_string(i) + ": y\r\n";
  check_all({{line("GET /" + std::string(limits.http_target_bytes_max, 'a') + " HTTP/1.1"), 414},
             {get("X: " + std::string(limits.http_header_bytes_max, 'a') + "\r\n"), 431},
             {get(fields), 431},
             {get("Content-Length: 1048576\r\n"), 200},
             {get("Content-Length: 1048577\r\n"), 413},
             {get("Content-Length: 18446744073709551616\r\n"), 413},
             {get("Content-Length: 999999999999999999999999999999\r\n"), 413}});
}

TEST_CASE("expectations and encodings that are not understood are said so") {
  check_all({{get("Expect: 200-ok\r\n"), 417},
             {get("Expect:\r\n"), 417},
             {get("Content-Encoding: gzip\r\n"), 415},
             {get("Content-Encoding: deflate\r\n"), 415},
             {get("Content-Encoding:\r\n"), 415}});
}

TEST_CASE("an upgrade is checked to the letter") {
  check_all(
      {{upgrade(kKey + kThirteen), 101},
       {upgrade(kThirteen), 400},
       {upgrade(kKey), 400},
       {upgrade(kKey + "Sec-WebSocket-Version: 8\r\n"), 426},
       {upgrade(kKey + "Sec-WebSocket-Version: 14\r\n"), 426},
       {upgrade(kKey + kKey + kThirteen), 400},
       {upgrade(kThirteen + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n"), 400},
       {upgrade(kThirteen + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n"), 400},
       {upgrade(kThirteen + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q==\r\n"), 400},
       {upgrade(kThirteen + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==x\r\n"), 400},
       {upgrade(kThirteen + "Sec-WebSocket-Key: ====================QQ==\r\n"), 400},
       {upgrade(kThirteen + "Sec-WebSocket-Key:\r\n"), 400},
       {upgrade(kKey + kThirteen + "Content-Length: 3\r\n"), 400},
       {"POST /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n" + kKey + kThirteen + "\r\n",
        400}});
}

TEST_CASE("a request is split as it was sent") {
  auto head = get("X-One:  a b \r\nConnection: Close\r\n");
  auto checked = check_request(head, Limits{});
  REQUIRE(checked);
  const auto& request = checked.value().request;
  CHECK(request.method == "GET");
  CHECK(request.path == "/x");
  CHECK(request.header("x-one") == "a b");
  CHECK_FALSE(checked.value().keep_alive);

  auto absolute = check_request(line("GET http://b/p/q?r=s?t HTTP/1.1"), Limits{});
  REQUIRE(absolute);
  CHECK(absolute.value().request.path == "/p/q");
  CHECK(absolute.value().request.query == "r=s?t");
  CHECK(absolute.value().keep_alive);
}

TEST_CASE("a head ends at the same byte in whatever pieces it arrives") {
  for (const auto& head : {get("X: y\r\n"), "\r\n" + get("X: y\r\n")}) {
    auto bytes = head + "GET /next";
    std::size_t scanned = 0;
    for (std::size_t have = 0; have < head.size(); scanned = have++) {
      CHECK(find_head_end(std::string_view(bytes).substr(0, have), scanned).state == HeadEnd::State::incomplete);
    }
    auto end = find_head_end(bytes, scanned);
    CHECK(end.state == HeadEnd::State::complete);
    CHECK(end.size == head.size());
  }
}

TEST_CASE("one empty line before a request is passed over, and says nothing") {
  auto checked = check_request("\r\n" + get("X-One: a\r\nContent-Length: 3\r\n"), Limits{});
  REQUIRE(checked);
  CHECK(checked.value().request.path == "/x");
  CHECK(checked.value().request.header("x-one") == "a");
  CHECK(checked.value().request.headers.size() == 3);
  CHECK(checked.value().content_length == 3);
  check_all({{"\r\n" + upgrade(kKey + kThirteen), 101},
             {"\r\n\r\n", 400},
             {"\r\n\r\n" + get(""), 400},
             {"\r\nHost: a\r\n\r\n", 400},
             {"\r\n GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
             {"\n" + get(""), 400},
             {"\r\r\n" + get(""), 400},
             {" \r\n" + get(""), 400},
             {"\r\n", 0}});
}

TEST_CASE("whatever bytes come, a request is refused or unambiguous") {
  rc::prop("a passed request has one host, tokens for names and no control characters", [] {
    auto piece = rc::gen::elementOf(std::vector<std::string>{"GET", " ", "/", "HTTP/1.1", "\r\n", "\n", "\r", "Host",
                                                             ":", "a", "Content-Length", "5", "Transfer-Encoding",
                                                             "chunked", "\t", ","s, "\0"s, "x"});
    auto pieces = *rc::gen::container<std::vector<std::string>>(piece);
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (const auto& p : pieces) head += p;
    head += "\r\n\r\n";
    auto end = find_head_end(head, 0);
    if (end.state != HeadEnd::State::complete) return;
    auto checked = check_request(std::string_view(head).substr(0, end.size), Limits{});
    if (!checked) return;
    const auto& request = checked.value().request;
    RC_ASSERT(!request.header("transfer-encoding"));
    RC_ASSERT(request.header("host") == "a");
    for (const auto& [name, value] : request.headers) {
      RC_ASSERT(!name.empty());
      RC_ASSERT(value.find_first_of("\r\n\0"s) == std::string::npos);
    }
  });
}
