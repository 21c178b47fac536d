#include "replay/endpoint.h"

#include <catch2/catch.hpp>

using namespace hansard;

TEST_CASE("the parts of a receiver's URL") {
  const auto plain = replay::parse_receiver("ws://127.0.0.1:9000/feed?a=b");
  REQUIRE(plain);
  CHECK(plain.value().is_socket);
  CHECK_FALSE(plain.value().endpoint.is_secure);
  CHECK(plain.value().endpoint.port == "9000");
  CHECK(plain.value().target == "/feed?a=b");
  CHECK(replay::parse_receiver("https://example.org?x=1").value().target == "/?x=1");
  CHECK(replay::parse_receiver("wss://example.org").value().endpoint.port == "443");
  CHECK(replay::parse_receiver("http://[::1]:8080/x").value().endpoint.host == "::1");
}

TEST_CASE("what can be no address is refused in a sentence") {
  for (const char* bad : {"http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://", "http:///x", "https://:80/",
                          "ws://", "ftp://example.org", "example.org", "", "http://a b/"}) {
    CAPTURE(bad);
    const auto parsed = replay::parse_receiver(bad);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().detail.ends_with('.'));
    CHECK_FALSE(replay::parse_endpoint(bad).has_value());
  }
}
