// The writing half of json.h: no parser in sight.
#include <array>
#include <charconv>
#include <cstring>

#include "engine/base/clock.h"
#include "engine/base/json.h"

namespace hansard::base {

namespace {
constexpr std::uint64_t kOnes = 0x0101010101010101ull;
constexpr std::uint64_t kHighs = 0x8080808080808080ull;

// Whether a byte of the word is zero (Hacker's Delight, section 6-1); a false alarm above a true one is harmless.
constexpr std::uint64_t zero_bytes(std::uint64_t word) { return (word - kOnes) & ~word & kHighs; }

bool needs_escape(unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; }

bool has_escape(std::uint64_t word) {
  std::uint64_t below_space = (word - kOnes * 0x20) & ~word & kHighs;
  return (below_space | zero_bytes(word ^ kOnes * '"') | zero_bytes(word ^ kOnes * '\\')) != 0;
}

// Length of the run from `at` on that can be copied as it is.
std::size_t plain_run(std::string_view text, std::size_t at) {
  std::size_t start = at;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (has_escape(word)) break;
  }
  while (at < text.size() && !needs_escape(static_cast<unsigned char>(text[at]))) ++at;
  return at - start;
}

void append_escape(std::string& out, char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  auto byte = static_cast<unsigned char>(c);
  const char unit[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
  out.append(unit, sizeof unit);
}

void put_digits(char* to, std::uint32_t value, int width) {
  for (int i = width - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kYear10000Ms = 253'402'300'800'000;

// "00", "01" ... "ff".
constexpr auto kHexPairs = [] {
  constexpr char digits[] = "0123456789abcdef";
  std::array<char, 512> pairs{};
  for (std::size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = digits[i >> 4];
    pairs[2 * i + 1] = digits[i & 15];
  }
  return pairs;
}();
}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    std::size_t run = plain_run(text, at);
    out.append(text, at, run);
    at += run;
    if (at < text.size()) append_escape(out, text[at++]);
  }
  out += '"';
}

void append_json_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void append_json_time(std::string& out, Timestamp time) {
  if (time.ms < 0 || time.ms >= kYear10000Ms) {
    out += '"';
    out += time_text(time);
    out += '"';
    return;
  }
  std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{time.ms / kDayMs}}};
  auto of_day = static_cast<std::uint32_t>(time.ms % kDayMs);
  char text[] = "\"0000-00-00T00:00:00.000Z\"";
  put_digits(text + 1, static_cast<std::uint32_t>(static_cast<int>(date.year())), 4);
  put_digits(text + 6, static_cast<unsigned>(date.month()), 2);
  put_digits(text + 9, static_cast<unsigned>(date.day()), 2);
  put_digits(text + 12, of_day / 3'600'000, 2);
  put_digits(text + 15, of_day / 60'000 % 60, 2);
  put_digits(text + 18, of_day / 1'000 % 60, 2);
  put_digits(text + 21, of_day % 1'000, 3);
  out.append(text, sizeof text - 1);
}

void append_json_uuid(std::string& out, const std::array<std::uint8_t, 16>& bytes) {
  char text[38];
  char* to = text;
  *to++ = '"';
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
    std::memcpy(to, &kHexPairs[2u * bytes[i]], 2);
    to += 2;
  }
  *to = '"';
  out.append(text, sizeof text);
}

}  // namespace hansard::base
