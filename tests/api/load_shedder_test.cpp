#include "api/load_shedder.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "engine/base/work_watch.h"
#include "tests/support/manual_clock.h"

namespace hansard::api {

namespace {

using std::chrono::milliseconds;

struct Thread {
  SheddingRule rule;
  base::MonotonicTime now{std::chrono::hours(1)};

  // A round in which `came` came, all at its beginning; how many were let in.
  std::size_t round(milliseconds took, std::size_t came, milliseconds into = milliseconds(0)) {
    std::size_t let_in = 0;
    for (std::size_t i = 0; i < came; ++i) let_in += rule.admit(into);
    now += took;
    rule.on_round(now, took);
    return let_in;
  }
};

}  // namespace

TEST_CASE("a thread whose rounds are short refuses nobody") {
  Thread thread;
  for (int i = 0; i < 100; ++i) CHECK(thread.round(milliseconds(30), 5'000) == 5'000);
}

TEST_CASE("a burst makes a long round and is let in whole") {
  Thread thread;
  CHECK(thread.round(milliseconds(5), 10) == 10);
  CHECK(thread.round(milliseconds(250), 20'000) == 20'000);
  CHECK(thread.round(milliseconds(5), 10) == 10);
  CHECK(thread.rule.share() == 1);
}

TEST_CASE("rounds that stay long let in a share, and short ones all of it again") {
  Thread thread;
  thread.round(milliseconds(5), 10);
  for (int i = 0; i < 10; ++i) thread.round(SheddingRule::kRoundTarget * 5 / 2, 20'000);
  CHECK(thread.rule.share() < 0.05);
  for (int i = 0; i < 60; ++i) thread.round(milliseconds(10), 100);
  CHECK(thread.rule.share() == 1);
  CHECK(thread.round(milliseconds(10), 1'000) == 1'000);
}

TEST_CASE("the share settles where rounds are as long as they should be") {
  Thread thread;
  thread.round(milliseconds(5), 10);
  // 9,000 come in a round, of which the thread can do 3,000 in the time it should take.
  double let_in = 0;
  for (int i = 0; i < 400; ++i) {
    static std::size_t last = 9'000;
    last = thread.round(SheddingRule::kRoundTarget * last / 3'000, 9'000);
    if (i >= 200) let_in += static_cast<double>(last) / 200;
  }
  CHECK(let_in > 2'400);
  CHECK(let_in < 3'600);
}

TEST_CASE("a slow thread that little is asked of refuses nothing") {
  Thread thread;
  thread.round(milliseconds(5), 10);
  for (int i = 0; i < 100; ++i) CHECK(thread.round(milliseconds(400), 60, milliseconds(399)) == 60);
}

TEST_CASE("within an endless round no more is let in than always") {
  Thread thread;
  thread.round(milliseconds(5), 10);
  CHECK(thread.round(milliseconds(2'000), 10'000, milliseconds(301)) == SheddingRule::kAlwaysMax);
}

TEST_CASE("few requests that are a lot of work do not make an endless round") {
  Thread thread;
  thread.round(milliseconds(5), 10);
  thread.rule.spent(SheddingRule::kDearMax);
  CHECK(thread.rule.admit(milliseconds(200)));  // a burst may be that long
  CHECK_FALSE(thread.rule.admit(milliseconds(301)));
  thread.rule.on_round(thread.now + milliseconds(301), milliseconds(301));
  CHECK(thread.rule.admit(milliseconds(301)));
}

TEST_CASE("whoever has had more than his share is refused by a thread with long rounds, and nobody else") {
  asio::io_context io;
  support::ManualClock clock;
  LoadShedder shedder(io, clock);
  const base::UserId bob{"bob"}, amy{"amy"};
  CHECK(shedder.admit());  // a round begins
  const auto work = [&](const base::UserId& user, milliseconds took) {
    shedder.note_asking(&user);
    CHECK_FALSE(shedder.is_over_share(user));
    const Spending spending(&shedder, user);
    const auto until = base::thread_cpu_time() + took;
    while (base::thread_cpu_time() < until) continue;  // what is not worked is not counted
    clock.advance(took);
  };
  work(amy, milliseconds(2));
  work(bob, milliseconds(80));
  work(bob, milliseconds(80));
  work(bob, milliseconds(100));
  CHECK(shedder.is_over_share(bob));
  CHECK_FALSE(shedder.is_over_share(amy));
  clock.advance(TimeShares::kWindow * 2);
  CHECK_FALSE(shedder.is_over_share(bob));
  shedder.stop();
}

TEST_CASE("a thread that was set aside meanwhile has not worked for anybody") {
  asio::io_context io;
  support::ManualClock clock;
  LoadShedder shedder(io, clock);
  const base::UserId bob{"bob"}, amy{"amy"};
  CHECK(shedder.admit());
  shedder.note_asking(&amy);
  {
    const Spending spending(&shedder, bob);
    clock.advance(milliseconds(900));
  }
  CHECK_FALSE(shedder.is_over_share(bob));
  shedder.stop();
}

TEST_CASE("refusals fall evenly on what comes") {
  Thread thread;
  thread.round(milliseconds(5), 10);
  for (int i = 0; i < 4; ++i) thread.round(SheddingRule::kRoundTarget * 11 / 4, 10'000);
  std::size_t in_a_row = 0, longest = 0;
  for (std::size_t i = 0; i < 10'000; ++i) {
    in_a_row = thread.rule.admit(milliseconds(0)) ? 0 : in_a_row + 1;
    longest = std::max(longest, in_a_row);
  }
  CHECK(longest <= static_cast<std::size_t>(1 / thread.rule.share()) + 1);
}

}  // namespace hansard::api
