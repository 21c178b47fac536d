#include "api/render_parts.h"

#include "api/json.h"
#include "api/position_text.h"
#include "api/words.h"

namespace hansard::api {

void append_uuid(std::string& out, const std::array<std::uint8_t, 16>& bytes) { base::append_json_uuid(out, bytes); }

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
