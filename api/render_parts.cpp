#include "api/render_parts.h"

#include <cstring>

#include "api/json.h"
#include "api/position_text.h"
#include "api/words.h"

namespace hansard::api {

namespace {
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

void append_uuid(std::string& out, const std::array<std::uint8_t, 16>& bytes) {
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

void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

void append_json_or_null(std::string& out, std::string_view json) { out.append(json.empty() ? "null" : json); }

void append_time_or_null(std::string& out, std::optional<base::Timestamp> time) {
  if (time) {
    append_json_time(out, *time);
  } else {
    out += "null";
  }
}

void append_number_or_null(std::string& out, std::optional<base::Ordinal> number) {
  if (number) {
    append_json_number(out, number->value);
  } else {
    out += "null";
  }
}

void append_quoted_position(std::string& out, std::uint32_t epoch, base::Position position) {
  out += '"';
  append_position(out, epoch, position);
  out += '"';
}

void append_bool(std::string& out, bool value) { out.append(value ? "true" : "false"); }

void append_settings(std::string& out, const domain::Settings& settings) {
  out.append("{\"history\":\"").append(word_of(settings.history)).append("\",\"edit_history\":");
  append_bool(out, settings.edit_history);
  out += ",\"delete_window_s\":";
  if (settings.delete_window_s) {
    append_json_number(out, *settings.delete_window_s);
  } else {
    out += "null";
  }
  out += ",\"edit_window_s\":";
  append_json_number(out, settings.edit_window_s);
  out.append(",\"who_may_post\":\"").append(word_of(settings.who_may_post)).append("\",\"slow_mode_s\":");
  append_json_number(out, settings.slow_mode_s);
  out += ",\"retention_s\":";
  append_json_number(out, settings.retention_s);
  out += '}';
}

}  // namespace hansard::api
