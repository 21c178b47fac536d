#include "projections/process/post_url.h"

#include <catch2/catch.hpp>

namespace hansard::process {

TEST_CASE("a receiver is on this machine only by its host") {
  for (const char* url : {"http://127.0.0.1/x", "http://127.9.9.9:80", "https://[::1]:1/", "http://localhost:8080/x"}) {
    INFO(url);
    CHECK(post_url_of(url)->is_loopback);
  }
  for (const char* url : {"https://x.example/?u=://localhost", "https://x.example/://127.0.0.1",
                          "http://127.evil.example/", "https://localhost.example/"}) {
    INFO(url);
    CHECK_FALSE(post_url_of(url)->is_loopback);
  }
}

TEST_CASE("what has two readings is no url of a receiver") {
  for (const char* url : {"", "x.example", "ftp://x.example/", "https://", "https://u:p@x.example/",
                          "https://x.example/ y", "https://x.example\\@127.0.0.1/"}) {
    INFO(url);
    CHECK_FALSE(post_url_of(url));
  }
}

}  // namespace hansard::process
