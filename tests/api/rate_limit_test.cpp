#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "api/keyed_hash.h"
#include "api/rate_limiter.h"
#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

const base::MonotonicTime kStart{std::chrono::hours(1)};

int granted(RateTable& table, std::uint64_t key, base::MonotonicTime now, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += table.take(key, now).granted;
  return count;
}

TEST_CASE("the hash is SipHash-2-4 as its paper says") {
  // Appendix A: key 00 01 .. 0f, input 00 01 .. 0e.
  std::string input;
  for (char c = 0; c < 15; ++c) input += c;
  CHECK(keyed_hash({0x0706050403020100, 0x0f0e0d0c0b0a0908}, input) == 0xa129ca6149be45e5);
  CHECK(random_hash_key() != random_hash_key());
}

TEST_CASE("a bucket gives its burst at once and then its rate") {
  RateTable table({10, 5}, 64);
  CHECK(granted(table, 1, kStart, 100) == 5);
  CHECK(granted(table, 1, kStart + milliseconds(99), 100) == 0);
  CHECK(granted(table, 1, kStart + milliseconds(100), 100) == 1);
  CHECK(granted(table, 1, kStart + milliseconds(400), 100) == 3);
  CHECK(granted(table, 1, kStart + seconds(60), 100) == 5);
  CHECK(granted(table, 2, kStart, 100) == 5);
}

TEST_CASE("a bucket says what is left and when to come back") {
  RateTable table({2, 4}, 64);
  CHECK(table.take(7, kStart).quota == Quota{4, 3, 1});
  CHECK(table.take(7, kStart).quota == Quota{4, 2, 1});
  CHECK(table.take(7, kStart).quota == Quota{4, 1, 2});
  CHECK(table.take(7, kStart).quota == Quota{4, 0, 2});
  auto refused = table.take(7, kStart);
  CHECK_FALSE(refused.granted);
  CHECK(refused.quota == Quota{4, 0, 2});
  CHECK(refused.retry_after_s == 1);
  RateTable slow({1, 1}, 64);
  CHECK(slow.take(7, kStart).granted);
  CHECK(slow.take(7, kStart + milliseconds(1)).retry_after_s == 1);
  CHECK_FALSE(slow.take(7, kStart + nanoseconds(999'999'999)).granted);
  CHECK(slow.take(7, kStart + seconds(1)).granted);
}

TEST_CASE("whoever waits as long as he is told is let in") {
  rc::prop("retry_after_s is enough", [] {
    const auto rate = *rc::gen::inRange<std::uint32_t>(1, 2'000);
    const auto burst = *rc::gen::inRange<std::uint32_t>(1, 50);
    RateTable table({rate, burst}, 64);
    auto now = kStart;
    for (int i = 0; i < 200; ++i) {
      now += nanoseconds(*rc::gen::inRange<std::int64_t>(0, 3'000'000));
      auto taken = table.take(1, now);
      if (taken.granted) continue;
      RC_ASSERT(taken.quota.remaining == 0u);
      RC_ASSERT(table.take(1, now + seconds(taken.retry_after_s)).granted);
      now += seconds(taken.retry_after_s);
    }
  });
}

TEST_CASE("no window ever gives more than burst and rate allow") {
  rc::prop("at most burst + rate x time", [] {
    const auto rate = *rc::gen::inRange<std::uint32_t>(1, 1'000);
    const auto burst = *rc::gen::inRange<std::uint32_t>(1, 20);
    RateTable table({rate, burst}, 64);
    const std::int64_t interval = 1'000'000'000 / rate;
    std::int64_t passed = 0, count = 0;
    for (int i = 0; i < 500; ++i) {
      passed += *rc::gen::inRange<std::int64_t>(0, 2 * interval);
      count += table.take(1, kStart + nanoseconds(passed)).granted;
      RC_ASSERT(count <= burst + passed / interval);
    }
  });
}

TEST_CASE("a full table gives up the bucket that is full soonest and never grows") {
  RateTable table({1, 10}, RateTable::kWays);
  // One more key than the one set has places, each a bit emptier than the one before.
  for (std::uint64_t key = 1; key <= RateTable::kWays; ++key) granted(table, key, kStart, static_cast<int>(key) + 1);
  CHECK(table.take(100, kStart).quota.remaining == 9);  // took the place of key 1
  CHECK(table.take(8, kStart).quota.remaining == 0);
  CHECK_FALSE(table.take(8, kStart).granted);
  CHECK(table.take(1, kStart).quota.remaining == 9);  // forgotten, to its own good
}

TEST_CASE("an idle bucket makes room before one in use") {
  RateTable table({1, 10}, RateTable::kWays);
  for (std::uint64_t key = 1; key <= RateTable::kWays; ++key) granted(table, key, kStart, 10);
  for (std::uint64_t key = 2; key <= RateTable::kWays; ++key) granted(table, key, kStart + seconds(9), 9);
  auto later = kStart + seconds(10);  // key 1 is full again
  CHECK(table.take(100, later).granted);
  for (std::uint64_t key = 2; key <= RateTable::kWays; ++key) {
    INFO(key);
    CHECK(table.take(key, later).quota.remaining < 9);
  }
}

TEST_CASE("threads that share a bucket get no more than it holds") {
  RateTable table({1, 10'000}, 1'024);
  REQUIRE(table.take(42, kStart).granted);
  std::atomic<int> count{1};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) threads.emplace_back([&] { count += granted(table, 42, kStart, 5'000); });
  for (auto& thread : threads) thread.join();
  CHECK(count == 10'000);
}

TEST_CASE("a rate of zero limits nothing") {
  RateTable table({0, 1}, 64);
  CHECK_FALSE(table.is_on());
  CHECK(granted(table, 1, kStart, 1'000) == 1'000);
}

TEST_CASE("an address is an IPv4 address or an IPv6 network of 64 bits") {
  RateLimits limits;
  limits.failed_auth_per_s = 1;
  limits.failed_auth_burst = 1;
  auto shares = [&](std::string_view a, std::string_view b) {
    RateLimiter limiter(limits);
    return limiter.take_for_failure(a, kStart).granted && !limiter.take_for_failure(b, kStart).granted;
  };
  CHECK(shares("192.0.2.1", "192.0.2.1"));
  CHECK(shares("192.0.2.1", "::ffff:192.0.2.1"));
  CHECK(shares("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
  CHECK_FALSE(shares("192.0.2.1", "192.0.2.2"));
  CHECK_FALSE(shares("2001:db8:1:2::1", "2001:db8:1:3::1"));
  CHECK_FALSE(shares("::ffff:192.0.2.1", "::ffff:192.0.2.2"));
}

RateLimits few() {
  RateLimits limits;
  limits.user_per_s = 1;
  limits.user_burst = 3;
  limits.failed_auth_per_s = 10;
  limits.failed_auth_burst = 5;
  return limits;
}

TEST_CASE("every answer to a known user says what is left of his rate") {
  House house;
  CHECK(house.get("/unread", "ann").header("RateLimit-Limit").empty());
  house.limit_rates(few());
  Reply first = house.get("/unread", "ann");
  CHECK(first.header("RateLimit-Limit") == "3");
  CHECK(first.header("RateLimit-Remaining") == "2");
  CHECK(first.header("RateLimit-Reset") == "1");
  CHECK(house.get("/nothing", "ann").header("RateLimit-Remaining") == "1");
  CHECK(house.post("/conversations", "ann", "nonsense").header("RateLimit-Remaining") == "0");
  CHECK(house.get("/health", "").header("RateLimit-Limit").empty());
  CHECK(house.get("/unread", "").header("RateLimit-Limit").empty());
}

TEST_CASE("who asks too often gets 429 until a token is back, and nobody else does") {
  House house;
  house.limit_rates(few());
  for (int i = 0; i < 3; ++i) CHECK(house.get("/unread", "ann").status == 200);
  Reply refused = house.get("/unread", "ann");
  CHECK(refused.status == 429);
  CHECK(refused.code() == "rate_limited");
  CHECK(refused.number("retry_after") == 1);
  CHECK(refused.header("Retry-After") == "1");
  CHECK(refused.header("RateLimit-Limit") == "3");
  CHECK(refused.header("RateLimit-Remaining") == "0");
  CHECK(refused.header("RateLimit-Reset") == "3");
  CHECK(house.get("/unread", "bob").status == 200);
  CHECK_THAT(house.get("/metrics", "").text, Catch::Contains("hansard_rate_limited_total{scope=\"user\"} 1") &&
                                                 Catch::Contains("hansard_rejected_total{code=\"rate_limited\"} 1"));
  house.clock().advance(seconds(1));
  CHECK(house.get("/unread", "ann").status == 200);
  CHECK(house.get("/unread", "ann").status == 429);
}

TEST_CASE("a service is not limited and acting for a user costs him nothing") {
  House house;
  house.limit_rates(few());
  for (int i = 0; i < 10; ++i) {
    Reply reply = house.ask("GET", "/unread", "backend service", "", {{"hansard-act-as", "ann"}});
    CHECK(reply.status == 200);
    CHECK(reply.header("RateLimit-Remaining") == "3");
  }
  CHECK(house.get("/unread", "ann").header("RateLimit-Remaining") == "2");
}

TEST_CASE("forged tokens slow their address down, and only who has no valid one") {
  House house;
  house.limit_rates(few());
  for (int i = 0; i < 5; ++i) CHECK(house.get("/unread", "forged").status == 401);
  Reply refused = house.get("/unread", "forged");
  CHECK(refused.status == 429);
  CHECK(refused.header("Retry-After") == "1");
  CHECK(refused.header("RateLimit-Remaining") == "0");
  CHECK(house.get("/unread", "").status == 429);
  CHECK(house.get("/unread", "ann").status == 200);
  house.come_from("192.0.2.2");
  CHECK(house.get("/unread", "forged").status == 401);
  house.come_from("192.0.2.1");
  house.clock().advance(milliseconds(100));
  CHECK(house.get("/unread", "forged").status == 401);
  CHECK(house.get("/unread", "forged").status == 429);
}

TEST_CASE("a missing scope is no failed authentication") {
  House house;
  house.limit_rates(few());
  for (int i = 0; i < 3; ++i) {
    CHECK(house.ask("GET", "/unread", "ann", "", {{"hansard-act-as", "bob"}}).status == 403);
  }
  CHECK(house.get("/unread", "forged").status == 401);
}

TEST_CASE("all requests of an address are limited where the operator says so") {
  House house;
  RateLimits limits = few();
  limits.address_per_s = 1;
  limits.address_burst = 2;
  house.limit_rates(limits);
  CHECK(house.get("/unread", "ann").status == 200);
  CHECK(house.get("/unread", "bob").status == 200);
  CHECK(house.get("/unread", "cyd").status == 429);
  CHECK(house.get("/health", "").status == 200);
  house.come_from("2001:db8::1");
  CHECK(house.get("/unread", "cyd").status == 200);
}

TEST_CASE("slow mode answers with the bucket of the conversation") {
  House house;
  house.limit_rates(few());
  std::string group = house.group("ann", {"bob"}, R"({"slow_mode_s":30})");
  CHECK(house.post("/conversations/" + group + "/messages", "bob", R"({"content":"one"})").status == 201);
  Reply refused = house.post("/conversations/" + group + "/messages", "bob", R"({"content":"two"})");
  CHECK(refused.status == 429);
  CHECK(refused.code() == "slow_mode");
  CHECK(refused.header("Retry-After") == "30");
  CHECK(refused.header("RateLimit-Limit") == "1");
  CHECK(refused.header("RateLimit-Remaining") == "0");
  CHECK(refused.header("RateLimit-Reset") == "30");
}

}  // namespace
}  // namespace hansard::api
