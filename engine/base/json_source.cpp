#include "engine/base/json_source.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "engine/base/check.h"

namespace hansard::base {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
// What a number, true, false or null goes on with.
bool is_plain(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == 'E' || c == '.' || c == '+' || c == '-'; }

// Behind the string whose opening quote is at `at`; the end where it does not close.
std::size_t after_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return std::min(at + 1, json.size());
}

std::size_t after_plain(std::string_view json, std::size_t at) {
  while (at < json.size() && is_plain(json[at])) ++at;
  return at;
}

// Behind the token at `at`: a string, a plain value, or one character.
std::size_t after_token(std::string_view json, std::size_t at) {
  if (json[at] == '"') return after_string(json, at);
  return is_plain(json[at]) ? after_plain(json, at) : at + 1;
}

bool is_name(std::string_view json, std::size_t behind) {
  while (behind < json.size() && is_space(json[behind])) ++behind;
  return behind < json.size() && json[behind] == ':';
}

bool begins_value(std::string_view json, std::size_t at, std::size_t behind) {
  char c = json[at];
  return c == '{' || c == '[' || is_plain(c) || (c == '"' && !is_name(json, behind));
}

// Behind the value at `at`.
std::size_t after_value(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  do {
    char c = json[at];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    at = after_token(json, at);
  } while (depth > 0 && at < json.size());
  return at;
}

template <class Integer>
bool is_beyond(std::string_view digits) {
  Integer value = 0;
  auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return status == std::errc::result_out_of_range && end == digits.data() + digits.size();
}

// Whether the plain token is an integer (-?[1-9][0-9]*) that neither 64-bit type holds.
bool is_long_integer(std::string_view token) {
  if (token.starts_with("-0") || token.starts_with('0')) return false;
  return token.starts_with('-') ? is_beyond<std::int64_t>(token) : is_beyond<std::uint64_t>(token);
}

}  // namespace

std::string_view json_value_at(std::string_view json, std::size_t number) {
  for (std::size_t at = 0; at < json.size();) {
    std::size_t behind = after_token(json, at);
    if (begins_value(json, at, behind) && number-- == 0) return json.substr(at, after_value(json, at) - at);
    at = behind;
  }
  CHECK(false, number);
  return {};
}

std::string minified_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    std::size_t behind = after_token(json, at);
    if (!is_space(json[at])) out.append(json.substr(at, behind - at));
    at = behind;
  }
  return out;
}

std::optional<std::string> mask_long_integers(std::string_view json) {
  std::optional<std::string> masked;
  for (std::size_t at = 0; at < json.size();) {
    std::size_t behind = after_token(json, at);
    if (is_plain(json[at]) && is_long_integer(json.substr(at, behind - at))) {
      if (!masked) masked.emplace(json);
      std::size_t digits = json[at] == '-' ? at + 1 : at;
      (*masked)[digits] = '0';
      (*masked)[digits + 1] = '.';
    }
    at = behind;
  }
  return masked;
}

}  // namespace hansard::base
