#include "api/request_grammar.h"

#include <algorithm>
#include <array>

#include "api/request_check.h"

namespace hansard::api {

namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

constexpr std::array<bool, 256> make_token_chars() {
  std::array<bool, 256> chars{};
  for (char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    chars[static_cast<unsigned char>(c)] = true;
  return chars;
}
constexpr auto kTokenChars = make_token_chars();

bool is_port(std::string_view text) {
  if (text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  unsigned number = 0;
  for (char c : text) number = number * 10 + static_cast<unsigned>(c - '0');
  return number <= 65'535;
}

bool is_ip_literal(std::string_view inside) {
  auto fits = [](char c) { return is_hex(c) || c == ':' || c == '.'; };
  return inside.size() >= 2 && inside.size() <= 45 && inside.find(':') != std::string_view::npos &&
         std::all_of(inside.begin(), inside.end(), fits);
}

// reg-name without empty and without userinfo; percent escapes are not let in: no name needs them.
bool is_name(std::string_view text) {
  auto fits = [](char c) { return is_alpha(c) || is_digit(c) || is_one_of(c, "-._~!$&'()*+;="); };
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_target_char(char c) { return c > 0x20 && c < 0x7F && c != '#'; }

bool is_value_char(char c) {
  auto u = static_cast<unsigned char>(c);
  return u == '\t' || (u >= 0x20 && u != 0x7F);
}

bool is_token(std::string_view text) {
  auto fits = [](char c) { return kTokenChars[static_cast<unsigned char>(c)]; };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

bool is_websocket_key(std::string_view text) {
  if (text.size() != 24 || !text.ends_with("==")) return false;
  auto digits = text.substr(0, 22);
  auto fits = [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '/'; };
  return std::all_of(digits.begin(), digits.end(), fits) && is_one_of(digits.back(), "AQgw");
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trim(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool has_list_word(const Request& request, std::string_view lower_case_name, std::string_view lower_case_word) {
  for (const auto& [name, value] : request.headers) {
    if (name != lower_case_name) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      auto comma = rest.find(',');
      if (lower(trim(rest.substr(0, comma))) == lower_case_word) return true;
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
  }
  return false;
}

bool is_host(std::string_view text) {
  auto colon = text.ends_with(']') ? std::string_view::npos : text.rfind(':');
  if (colon != std::string_view::npos) {
    if (!is_port(text.substr(colon + 1))) return false;
    text = text.substr(0, colon);
  }
  if (text.starts_with('[') && text.ends_with(']')) return is_ip_literal(text.substr(1, text.size() - 2));
  return is_name(text);
}

}  // namespace hansard::api
