#include "engine/base/clock.h"

#include <algorithm>
#include <cstdio>

#include <openssl/rand.h>

#include "engine/base/check.h"

namespace hansard::base {

namespace {
class SystemClock final : public Clock {
 public:
  Timestamp now() override {
    auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
  }
  MonotonicTime monotonic() override { return std::chrono::steady_clock::now(); }
};
}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

void random_bytes(std::span<std::uint8_t> out) {
  thread_local std::array<std::uint8_t, 4096> pool;
  thread_local std::size_t used = pool.size();
  for (std::uint8_t& byte : out) {
    if (used == pool.size()) {
      CHECK(RAND_bytes(pool.data(), static_cast<int>(pool.size())) == 1);
      used = 0;
    }
    byte = pool[used];
    pool[used++] = 0;  // a byte is given out once and not kept
  }
}

namespace {
constexpr std::int64_t kUuidMsMax = (std::int64_t{1} << 48) - 1;
}

std::array<std::uint8_t, 16> UuidSource::next() {
  std::array<std::uint8_t, 16> id;
  random_bytes(std::span(id).subspan(8));
  std::uint64_t stamp;
  {
    std::lock_guard lock(mutex_);
    // A clock outside of what 48 bits hold (before 1970, after 10889) must not spoil the ids of a sane one later.
    auto ms = std::clamp<std::int64_t>(clock_.now().ms, 0, kUuidMsMax);
    auto now = static_cast<std::uint64_t>(ms) << 12;
    last_ = now > last_ ? now : last_ + 1;
    stamp = last_;
  }
  std::uint64_t high = (stamp >> 12) << 16 | 0x7000 | (stamp & 0xFFF);
  for (std::size_t i = 0; i < 8; ++i) id[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3F) | 0x80);
  return id;
}

namespace {
constexpr Timestamp kYear0{-62'167'219'200'000};
constexpr Timestamp kYear10000{253'402'300'800'000};
}  // namespace

std::string time_text(Timestamp time) {
  using namespace std::chrono;
  sys_time<milliseconds> point{milliseconds(std::clamp(time.ms, kYear0.ms, kYear10000.ms - 1))};
  auto day = floor<days>(point);
  year_month_day date{day};
  hh_mm_ss clock{point - day};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

namespace {
// Reads exactly `width` digits at `at` and moves on.
bool take_number(std::string_view text, std::size_t& at, std::size_t width, int& value) {
  if (at + width > text.size()) return false;
  value = 0;
  for (std::size_t end = at + width; at < end; ++at) {
    if (text[at] < '0' || text[at] > '9') return false;
    value = value * 10 + (text[at] - '0');
  }
  return true;
}

bool take(std::string_view text, std::size_t& at, char wanted) {
  if (at >= text.size() || text[at] != wanted) return false;
  ++at;
  return true;
}

bool take_fraction(std::string_view text, std::size_t& at, int& ms) {
  ms = 0;
  if (!take(text, at, '.')) return true;
  int digits = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
    if (digits < 3) ms = ms * 10 + (text[at] - '0');
  }
  for (int d = digits; d < 3; ++d) ms *= 10;
  return digits > 0;
}

// Minutes east of UTC.
bool take_offset(std::string_view text, std::size_t& at, int& minutes) {
  minutes = 0;
  if (take(text, at, 'Z') || take(text, at, 'z')) return true;
  int sign = at < text.size() && text[at] == '-' ? -1 : 1;
  if (!take(text, at, '+') && !take(text, at, '-')) return false;
  int hour, minute;
  if (!take_number(text, at, 2, hour) || !take(text, at, ':') || !take_number(text, at, 2, minute)) return false;
  minutes = sign * (hour * 60 + minute);
  return hour < 24 && minute < 60;
}

}  // namespace

std::optional<Timestamp> parse_time(std::string_view text) {
  using namespace std::chrono;
  std::size_t at = 0;
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, ms = 0, offset = 0;
  bool shape = take_number(text, at, 4, y) && take(text, at, '-') && take_number(text, at, 2, mo) &&
               take(text, at, '-') && take_number(text, at, 2, d) &&
               (take(text, at, 'T') || take(text, at, 't') || take(text, at, ' ')) && take_number(text, at, 2, h) &&
               take(text, at, ':') && take_number(text, at, 2, mi) && take(text, at, ':') &&
               take_number(text, at, 2, s) && take_fraction(text, at, ms) && take_offset(text, at, offset);
  year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!shape || at != text.size() || !date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  auto point = sys_days(date) + hours(h) + minutes(mi - offset) + seconds(s) + milliseconds(ms);
  Timestamp time{duration_cast<milliseconds>(point.time_since_epoch()).count()};
  // An offset or a leap second may lead out of the four-digit years, which time_text could not write.
  if (time < kYear0 || time >= kYear10000) return std::nullopt;
  return time;
}

}  // namespace hansard::base
