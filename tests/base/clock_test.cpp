#include "engine/base/clock.h"

#include <algorithm>
#include <future>
#include <limits>
#include <set>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace hansard::base;

namespace {

class SettableClock final : public Clock {
 public:
  explicit SettableClock(std::int64_t ms) : ms_(ms) {}
  void set(std::int64_t ms) { ms_ = ms; }
  Timestamp now() override { return {ms_}; }
  MonotonicTime monotonic() override { return {}; }

 private:
  std::int64_t ms_;
};

constexpr std::int64_t kNow = 1'700'000'000'123;

std::int64_t stamp_of(const std::array<std::uint8_t, 16>& id) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id[i];
  return ms;
}

// Milliseconds, or a number no time has.
std::int64_t parsed(std::string_view text) {
  return parse_time(text).value_or(Timestamp{std::numeric_limits<std::int64_t>::min()}).ms;
}

}  // namespace

TEST_CASE("a UUID carries the clock's milliseconds, version 7 and the variant of RFC 9562") {
  SettableClock clock(kNow);
  UuidSource source(clock);
  auto id = source.next();
  CHECK(stamp_of(id) == kNow);
  CHECK((id[6] >> 4) == 7);
  CHECK((id[8] >> 6) == 2);
}

TEST_CASE("UUIDs rise within a millisecond, beyond the counter's end too") {
  SettableClock clock(kNow);
  UuidSource source(clock);
  auto last = source.next();
  for (int i = 0; i < 10'000; ++i) {
    auto id = source.next();
    if (!(id > last)) FAIL("id " << i << " is not above the one before");
    last = id;
  }
  CHECK(stamp_of(last) == kNow + 2);  // 4,096 ids a millisecond, the rest borrowed
}

TEST_CASE("UUIDs rise whatever the clock does") {
  rc::prop("for any clock", [] {
    SettableClock clock(0);
    UuidSource source(clock);
    auto last = source.next();
    for (std::int64_t ms : *rc::gen::arbitrary<std::vector<std::int64_t>>()) {
      clock.set(ms);
      auto id = source.next();
      RC_ASSERT(id > last);
      RC_ASSERT((id[6] >> 4) == 7);
      last = id;
    }
  });
}

TEST_CASE("UUIDs go on from the highest stamp when the clock goes back, and follow it again later") {
  SettableClock clock(kNow);
  UuidSource source(clock);
  auto before = source.next();
  clock.set(kNow - 3'600'000);
  auto during = source.next();
  CHECK(during > before);
  CHECK(stamp_of(during) == kNow);
  clock.set(kNow + 1);
  CHECK(stamp_of(source.next()) == kNow + 1);
}

TEST_CASE("a clock before 1970 does not spoil the ids that come after it") {
  SettableClock clock(-1);
  UuidSource source(clock);
  CHECK(stamp_of(source.next()) == 0);
  clock.set(kNow);
  CHECK(stamp_of(source.next()) == kNow);
}

TEST_CASE("threads never get the same UUID") {
  SettableClock clock(kNow);
  UuidSource source(clock);
  auto draw = [&source] {
    std::vector<std::array<std::uint8_t, 16>> ids;
    for (int i = 0; i < 2'000; ++i) ids.push_back(source.next());
    return ids;
  };
  auto other = std::async(std::launch::async, draw);
  auto mine = draw();
  auto theirs = other.get();
  CHECK(std::is_sorted(mine.begin(), mine.end()));
  CHECK(std::is_sorted(theirs.begin(), theirs.end()));
  std::set all(mine.begin(), mine.end());
  all.insert(theirs.begin(), theirs.end());
  CHECK(all.size() == 4'000);
}

TEST_CASE("random bytes fill any span and do not repeat") {
  std::array<std::uint8_t, 16> first{}, second{};
  random_bytes(first);
  random_bytes(second);
  CHECK(first != second);
  std::vector<std::uint8_t> many(20'000);
  random_bytes(many);
  CHECK(std::set(many.begin(), many.end()).size() == 256);
  random_bytes({});
}

TEST_CASE("a time is written as RFC 3339 UTC with milliseconds") {
  CHECK(time_text({0}) == "1970-01-01T00:00:00.000Z");
  CHECK(time_text({kNow}) == "2023-11-14T22:13:20.123Z");
  CHECK(time_text({-1}) == "1969-12-31T23:59:59.999Z");
  CHECK(time_text({951'782'400'000}) == "2000-02-29T00:00:00.000Z");
  CHECK(time_text({253'402'300'799'999}) == "9999-12-31T23:59:59.999Z");
  CHECK(time_text({std::numeric_limits<std::int64_t>::max()}) == "9999-12-31T23:59:59.999Z");
  CHECK(time_text({std::numeric_limits<std::int64_t>::min()}) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("a time is read with any offset and any fraction") {
  CHECK(parsed("2023-11-14T22:13:20.123Z") == kNow);
  CHECK(parsed("2023-11-14t22:13:20.123z") == kNow);
  CHECK(parsed("2023-11-14 22:13:20.123Z") == kNow);
  CHECK(parsed("2023-11-15T00:13:20.123+02:00") == kNow);
  CHECK(parsed("2023-11-14T16:43:20.123-05:30") == kNow);
  CHECK(parsed("2023-11-14T22:13:20.123-00:00") == kNow);
  CHECK(parsed("2023-11-14T22:13:20.1239999999Z") == kNow);
  CHECK(parsed("2023-11-14T22:13:20Z") == kNow - 123);
  CHECK(parsed("2023-11-14T22:13:20.1Z") == kNow - 23);
  CHECK(parsed("2016-12-31T23:59:60Z") == parsed("2017-01-01T00:00:00Z"));
}

TEST_CASE("what is not an RFC 3339 time is refused") {
  for (const char* text : {"",
                           "2023",
                           "2023-11-14",
                           "2023-11-14T22:13:20",
                           "2023-11-14T22:13Z",
                           "2023-11-14T22:13:20.Z",
                           "2023-11-14T22:13:20.123",
                           "2023-11-14T22:13:20.123Z ",
                           " 2023-11-14T22:13:20.123Z",
                           "2023-13-14T22:13:20Z",
                           "2023-00-14T22:13:20Z",
                           "2023-02-29T22:13:20Z",
                           "2023-11-31T22:13:20Z",
                           "2023-11-14T24:00:00Z",
                           "2023-11-14T22:60:20Z",
                           "2023-11-14T22:13:61Z",
                           "2023-11-14T22:13:20+24:00",
                           "2023-11-14T22:13:20+01:60",
                           "2023-11-14T22:13:20+0100",
                           "2023-11-14T22:13:20+1:00",
                           "2023-1-14T22:13:20Z",
                           "+2023-11-14T22:13:20Z",
                           "12023-11-14T22:13:20Z",
                           "2023/11/14T22:13:20Z",
                           "2023-11-14X22:13:20Z",
                           "2023-11-14T22:13:20,5Z",
                           "-023-11-14T22:13:20Z",
                           "2023-11-14T-1:13:20Z"}) {
    INFO(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("a time outside of the years that can be written is refused") {
  CHECK(parse_time("0000-01-01T00:00:00Z").has_value());
  CHECK_FALSE(parse_time("0000-01-01T00:00:00+00:01").has_value());
  CHECK(parse_time("9999-12-31T23:59:59.999Z").has_value());
  CHECK_FALSE(parse_time("9999-12-31T23:59:59-00:01").has_value());
  CHECK_FALSE(parse_time("9999-12-31T23:59:60Z").has_value());
}

TEST_CASE("a written time is read back as it was") {
  rc::prop("for any time of the years 0 to 9999", [] {
    Timestamp time{*rc::gen::inRange<std::int64_t>(-62'167'219'200'000, 253'402'300'800'000)};
    RC_ASSERT(parse_time(time_text(time)) == std::optional(time));
  });
}

TEST_CASE("every cut of a time is refused") {
  const std::string text = "2023-11-14T22:13:20.123+02:00";
  for (std::size_t length = 0; length < text.size(); ++length) {
    INFO(text.substr(0, length));
    CHECK_FALSE(parse_time(text.substr(0, length)).has_value());
  }
}
