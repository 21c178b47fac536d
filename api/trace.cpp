#include "api/trace.h"

#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <memory>
#include <mutex>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "engine/base/clock.h"
#include "engine/base/utf8.h"

namespace hansard::api {
namespace {

constexpr std::array<std::string_view, 5> kLevelWords = {"debug", "info", "warn", "error", "off"};

spdlog::level::level_enum spdlog_level(TraceLevel level) {
  switch (level) {
    case TraceLevel::debug:
      return spdlog::level::debug;
    case TraceLevel::info:
      return spdlog::level::info;
    case TraceLevel::warn:
      return spdlog::level::warn;
    case TraceLevel::error:
      return spdlog::level::err;
    case TraceLevel::off:
      break;
  }
  return spdlog::level::off;
}

// The line is ours, whole: spdlog contributes levels, locking and the sink.
std::shared_ptr<spdlog::logger> make_logger() {
  auto logger = std::make_shared<spdlog::logger>("hansard", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::info);
  return logger;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = make_logger();
  return *instance;
}

std::atomic<TraceFormat> trace_format{TraceFormat::text};

void append_escape(std::string& out, std::uint8_t byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

// The inside of a JSON string, which is also what a quoted text value looks like. C1 controls act on terminals; bytes
// that are not UTF-8 are shown one by one.
void append_escaped(std::string& out, std::string_view value) {
  const bool valid = base::is_valid_utf8(value);
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(value[i]);
    const bool is_c1 = byte == 0xc2 && i + 1 < value.size() && static_cast<std::uint8_t>(value[i + 1]) < 0xa0;
    if (value[i] == '"' || value[i] == '\\') {
      out += '\\';
      out += value[i];
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !valid)) {
      append_escape(out, byte);
    } else if (is_c1) {
      append_escape(out, static_cast<std::uint8_t>(value[++i]));
    } else {
      out += value[i];
    }
  }
}

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  append_escaped(out, base::beginning_of(value, kTraceValueBytesMax));
  out += '"';
}

bool reads_as_one_word(std::string_view value) {
  return !value.empty() && value.find_first_of(" \"\\=") == std::string_view::npos && base::is_valid_utf8(value) &&
         !base::has_control_characters(value);
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_value(std::string& out, const TraceField::Value& value, TraceFormat format) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    if (format == TraceFormat::text && reads_as_one_word(base::beginning_of(*text, kTraceValueBytesMax))) {
      out += base::beginning_of(*text, kTraceValueBytesMax);
    } else {
      append_quoted(out, *text);
    }
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_number(out, *integer);
  } else if (const auto* count = std::get_if<std::uint64_t>(&value)) {
    append_number(out, *count);
  } else {
    const double number = std::get<double>(value);
    std::isfinite(number) ? append_number(out, number) : static_cast<void>(out += "null");
  }
}

std::string text_line(base::Timestamp time, TraceLevel level, std::string_view what,
                      std::span<const TraceField> fields) {
  std::string line = base::time_text(time);
  line += ' ';
  line += trace_level_word(level);
  line += ' ';
  append_escaped(line, base::beginning_of(what, kTraceValueBytesMax));
  for (const TraceField& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    append_value(line, field.value, TraceFormat::text);
  }
  return line;
}

std::string json_line(base::Timestamp time, TraceLevel level, std::string_view what,
                      std::span<const TraceField> fields) {
  std::string line = "{\"time\":\"" + base::time_text(time) + "\",\"level\":\"";
  line += trace_level_word(level);
  line += "\",\"what\":";
  append_quoted(line, what);
  for (const TraceField& field : fields) {
    line += ',';
    append_quoted(line, field.name);
    line += ':';
    append_value(line, field.value, TraceFormat::json);
  }
  line += '}';
  return line;
}

}  // namespace

std::optional<TraceLevel> parse_trace_level(std::string_view word) {
  for (std::size_t i = 0; i < kLevelWords.size(); ++i) {
    if (kLevelWords[i] == word) return static_cast<TraceLevel>(i);
  }
  return std::nullopt;
}

std::optional<TraceFormat> parse_trace_format(std::string_view word) {
  if (word == "text") return TraceFormat::text;
  if (word == "json") return TraceFormat::json;
  return std::nullopt;
}

std::string_view trace_level_word(TraceLevel level) { return kLevelWords[static_cast<std::size_t>(level)]; }

void set_up_trace(TraceLevel least, TraceFormat format) {
  trace_format = format;
  logger().set_level(spdlog_level(least));
}

bool is_traced(TraceLevel level) { return level != TraceLevel::off && logger().should_log(spdlog_level(level)); }

void trace(TraceLevel level, std::string_view what, std::initializer_list<TraceField> fields) {
  if (!is_traced(level)) return;
  const std::string line = trace_line(trace_format, base::system_clock().now(), level, what, {fields});
  logger().log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

std::string trace_line(TraceFormat format, base::Timestamp time, TraceLevel level, std::string_view what,
                       std::span<const TraceField> fields) {
  return format == TraceFormat::json ? json_line(time, level, what, fields) : text_line(time, level, what, fields);
}

}  // namespace hansard::api
