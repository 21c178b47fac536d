#include "api/time_shares.h"

#include <catch2/catch.hpp>

namespace hansard::api {

namespace {

using std::chrono::milliseconds;

struct Thread {
  TimeShares shares;
  base::MonotonicTime now{std::chrono::hours(1)};
  const base::UserId bob{"bob"}, amy{"amy"};

  void work(const base::UserId& user, milliseconds took) {
    shares.on_request(&user, now);
    now += took;
    shares.add(user, took, now);
  }
};

}  // namespace

TEST_CASE("who takes most of a thread is over his share while others ask, and only he") {
  Thread thread;
  for (int i = 0; i < 4; ++i) {
    thread.work(thread.bob, milliseconds(100));
    thread.work(thread.amy, milliseconds(10));
  }
  CHECK(thread.shares.is_over(thread.bob, thread.now));
  CHECK_FALSE(thread.shares.is_over(thread.amy, thread.now));
}

TEST_CASE("who is alone takes all he likes, until a stranger asks") {
  Thread thread;
  for (int i = 0; i < 20; ++i) thread.work(thread.bob, milliseconds(100));
  CHECK_FALSE(thread.shares.is_over(thread.bob, thread.now));
  thread.shares.on_request(nullptr, thread.now);
  CHECK(thread.shares.is_over(thread.bob, thread.now));
  thread.work(thread.bob, milliseconds(100));
  CHECK(thread.shares.is_over(thread.bob, thread.now));
  thread.now += TimeShares::kWindow;
  CHECK_FALSE(thread.shares.is_over(thread.bob, thread.now));
}

TEST_CASE("what is quick is not counted, however much of it there is") {
  Thread thread;
  for (int i = 0; i < 5'000; ++i) thread.shares.add(thread.bob, std::chrono::microseconds(999), thread.now);
  CHECK(thread.shares.taken_by(thread.bob, thread.now) == milliseconds(0));
}

TEST_CASE("a share comes back as time passes") {
  Thread thread;
  thread.work(thread.bob, milliseconds(400));
  thread.shares.on_request(nullptr, thread.now);
  CHECK(thread.shares.is_over(thread.bob, thread.now));
  thread.now += TimeShares::kWindow + TimeShares::kWindow / 2;
  thread.shares.on_request(nullptr, thread.now);
  CHECK(thread.shares.taken_by(thread.bob, thread.now) <= milliseconds(250));
  CHECK_FALSE(thread.shares.is_over(thread.bob, thread.now));
  thread.now += 2 * TimeShares::kWindow;
  CHECK(thread.shares.taken_by(thread.bob, thread.now) == milliseconds(0));
}

}  // namespace hansard::api
