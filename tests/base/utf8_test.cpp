#include "engine/base/utf8.h"

#include <string>

#include <catch2/catch.hpp>

using namespace hansard::base;
using namespace std::string_literals;

namespace {

// The encoding rule alone, also for what is not allowed.
std::string encode(unsigned code) {
  auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

bool is_scalar(unsigned code) { return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF); }

TEST_CASE("the beginning of a text ends between characters") {
  const std::string text = "a\xc3\xb6\xe6\x9d\xb1\xf0\x9f\x98\x80";  // 1, 2, 3 and 4 bytes
  const std::size_t sizes[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t most = 0; most < std::size(sizes); ++most) {
    CHECK(beginning_of(text, most) == std::string_view(text).substr(0, sizes[most]));
  }
}

}  // namespace

TEST_CASE("exactly the Unicode scalar values are valid, each as one code point") {
  for (unsigned code = 0; code < 0x1FFFFF; ++code) {
    std::string text = encode(code);
    if (is_valid_utf8(text) != is_scalar(code)) FAIL("U+" << std::hex << code);
    if (is_scalar(code) && count_code_points(text) != 1) FAIL("U+" << std::hex << code << " is not one code point");
  }
  SUCCEED();
}

TEST_CASE("every two-byte sequence is judged as RFC 3629 says") {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      bool both_ascii = first < 0x80 && second < 0x80;
      bool one_pair = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
      std::string text{static_cast<char>(first), static_cast<char>(second)};
      if (is_valid_utf8(text) != (both_ascii || one_pair)) FAIL(std::hex << first << ' ' << second);
    }
  }
  SUCCEED();
}

TEST_CASE("overlong forms, surrogates, strays and cuts are refused") {
  for (const std::string& text : {"\xC0\x80"s,
                                  "\xC1\xBF"s,
                                  "\xE0\x80\x80"s,
                                  "\xE0\x9F\xBF"s,
                                  "\xF0\x80\x80\x80"s,
                                  "\xF0\x8F\xBF\xBF"s,
                                  "\xED\xA0\x80"s,
                                  "\xED\xBF\xBF"s,
                                  "\xED\xA0\xBD\xED\xB8\x80"s,
                                  "\xF4\x90\x80\x80"s,
                                  "\xF5\x80\x80\x80"s,
                                  "\xF8\x88\x80\x80\x80"s,
                                  "\xFE"s,
                                  "\xFF"s,
                                  "\x80"s,
                                  "\xBF"s,
                                  "a\x80"s,
                                  "\xC3"s,
                                  "\xE2\x82"s,
                                  "\xF0\x9F\x98"s,
                                  "\xC3\x28"s,
                                  "\xE2\x28\xA1"s,
                                  "\xE2\x82\x28"s,
                                  "\xF0\x28\x8C\xBC"s,
                                  "\xF0\x90\x28\xBC"s,
                                  "\xF0\x28\x8C\x28"s}) {
    CHECK_FALSE(is_valid_utf8(text));
    CHECK_FALSE(is_valid_utf8("ok " + text));
    CHECK_FALSE(is_valid_utf8(text + " ok"));
  }
}

TEST_CASE("a valid text cut inside a character is refused, at its borders not") {
  const std::string text = "aß€😀";
  CHECK(is_valid_utf8(text));
  CHECK(count_code_points(text) == 4);
  for (std::size_t length = 0; length <= text.size(); ++length) {
    bool border = length == 0 || length == 1 || length == 3 || length == 6 || length == 10;
    CHECK(is_valid_utf8(text.substr(0, length)) == border);
  }
}

TEST_CASE("code points are counted wherever they lie among plain letters") {
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t after = 0; after < 20; ++after) {
      const std::string text = std::string(before, 'a') + "ß€😀" + std::string(after, 'z');
      if (count_code_points(text) != before + 3 + after) FAIL(before << " and " << after);
    }
  }
}

TEST_CASE("control characters are C0, DEL and C1, and nothing else") {
  for (unsigned code = 0; code < 0x3000; ++code) {
    bool control = code < 0x20 || (code >= 0x7F && code <= 0x9F);
    if (has_control_characters("x" + encode(code) + "y") != control) FAIL("U+" << std::hex << code);
  }
  CHECK_FALSE(has_control_characters(""));
  CHECK_FALSE(has_control_characters("Grüße 🚕"));
}

TEST_CASE("a null character is a character like others") {
  CHECK(is_valid_utf8("a\0b"s));
  CHECK(count_code_points("a\0b"s) == 3);
  CHECK(has_control_characters("a\0b"s));
}
