// Traces: what the process tells an operator, one line each on standard error, as text or as one JSON object a line.
// ("Log" is the event log.) Field values are data: control characters and invalid UTF-8 are escaped, so a line is
// always one line. Never pass a token, a key or message content.
//
// Thread: any, after set_up_trace. Lines are written whole.
// Limits: a field value is cut at kTraceValueBytesMax.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "engine/base/ids.h"

namespace hansard::api {

enum class TraceLevel { debug, info, warn, error, off };
enum class TraceFormat { text, json };

inline constexpr std::size_t kTraceValueBytesMax = 1'024;

std::optional<TraceLevel> parse_trace_level(std::string_view word);
std::optional<TraceFormat> parse_trace_format(std::string_view word);
std::string_view trace_level_word(TraceLevel level);

// One `name=value`. Names are literals of the code: snake_case, units last.
struct TraceField {
  using Value = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

  std::string_view name;
  Value value;

  template <class T>
  TraceField(std::string_view field, const T& v) : name(field), value(to_value(v)) {}

 private:
  template <class T>
  static Value to_value(const T& v) {
    if constexpr (std::is_same_v<T, bool> || std::is_floating_point_v<T>) {
      return v;
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      return static_cast<std::int64_t>(v);
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<std::uint64_t>(v);
    } else {
      return std::string_view(v);
    }
  }
};

// Until it is called, traces of level info and above go to standard error as text.
void set_up_trace(TraceLevel least, TraceFormat format);
bool is_traced(TraceLevel level);
// trace(TraceLevel::info, "view rebuilt", {{"view", name}, {"events", count}});
void trace(TraceLevel level, std::string_view what, std::initializer_list<TraceField> fields = {});

// The line itself, without its newline.
std::string trace_line(TraceFormat format, base::Timestamp time, TraceLevel level, std::string_view what,
                       std::span<const TraceField> fields);

}  // namespace hansard::api
