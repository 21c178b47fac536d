#include "api/file_headers.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "api/params.h"
#include "api/request_grammar.h"
#include "engine/base/utf8.h"

namespace hansard::api {

namespace {
constexpr std::string_view kUnknownType = "application/octet-stream";
constexpr std::string_view kNameless = "file";

Problem no_media_type() { return {415, "unsupported_media_type", "The Content-Type is not a media type.", 0}; }
Problem bad_disposition() { return malformed("The Content-Disposition is malformed."); }

// token or quoted-string (RFC 9110 section 5.6.4) at the front of `text`, taken off it.
std::optional<std::string> take_value(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    auto end = std::min(text.find_first_of("; \t"), text.size());
    value = text.substr(0, end);
    text.remove_prefix(end);
    return is_token(value) ? std::optional(std::move(value)) : std::nullopt;
  }
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return value;
    }
    if (text[at] == '\\' && ++at == text.size()) break;
    value += text[at];
  }
  return std::nullopt;
}

// The next `; name=value` of `text`, taken off it; the name in lower case.
std::optional<std::pair<std::string, std::string>> take_parameter(std::string_view& text) {
  text = trim(text.substr(1));
  auto equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  std::string name = lower(trim(text.substr(0, equals)));
  text = trim(text.substr(equals + 1));
  auto value = take_value(text);
  text = trim(text);
  bool is_whole = value && is_token(name) && (text.empty() || text.front() == ';');
  if (!is_whole) return std::nullopt;
  return std::pair(std::move(name), *std::move(value));
}

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::optional<Parameters> parameters_of(std::string_view text) {
  Parameters parameters;
  while (!text.empty()) {
    auto parameter = take_parameter(text);
    if (!parameter) return std::nullopt;
    parameters.push_back(*std::move(parameter));
  }
  return parameters;
}

std::optional<std::string> value_of_parameter(const Parameters& parameters, std::string_view wanted) {
  for (const auto& [name, value] : parameters) {
    if (name == wanted) return value;
  }
  return std::nullopt;
}

// RFC 8187: UTF-8'en'percent-encoded. ISO-8859-1, which it lets senders use no more, is not read.
std::optional<std::string> extended_value(std::string_view text) {
  auto first = text.find('\'');
  auto second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos || lower(text.substr(0, first)) != "utf-8") return std::nullopt;
  return percent_decoded(text.substr(second + 1));
}

bool is_media_type(std::string_view essence) {
  auto slash = essence.find('/');
  return slash != std::string_view::npos && is_token(essence.substr(0, slash)) && is_token(essence.substr(slash + 1));
}

std::string_view essence_of(std::string_view media_type) {
  return trim(media_type.substr(0, std::min(media_type.find(';'), media_type.size())));
}

// The code point at `at` of valid UTF-8, as its bytes.
std::string_view code_point_at(std::string_view text, std::size_t at) {
  auto is_inner = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  std::size_t end = at + 1;
  while (end < text.size() && is_inner(text[end])) ++end;
  return text.substr(at, end - at);
}

// They make "gpj.exe" look like "exe.jpg": marks, embeddings, overrides and isolates of direction.
bool turns_direction(std::string_view code_point) {
  constexpr std::array<std::string_view, 12> kTurning = {"\u061C", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C",
                                                         "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"};
  return std::find(kTurning.begin(), kTurning.end(), code_point) != kTurning.end();
}

std::string_view without_edges(std::string_view name) {
  auto first = name.find_first_not_of(" .");
  auto last = name.find_last_not_of(" .");
  return first == std::string_view::npos ? std::string_view() : name.substr(first, last - first + 1);
}

// At most `bytes_max`, whole code points.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  std::size_t end = 0;
  while (end < text.size()) {
    auto next = end + code_point_at(text, end).size();
    if (next > bytes_max) break;
    end = next;
  }
  return text.substr(0, end);
}

std::string cut_name(const std::string& name) {
  constexpr std::size_t kExtensionBytesMax = 16;
  if (name.size() <= kFileNameBytesMax) return name;
  auto dot = name.rfind('.');
  bool has_extension = dot != std::string::npos && name.size() - dot <= kExtensionBytesMax;
  std::string extension = has_extension ? name.substr(dot) : "";
  return std::string(cut(name, kFileNameBytesMax - extension.size())) + extension;
}

// attr-char of RFC 8187.
bool stands_for_itself(char c) {
  bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter || is_digit(c) || std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (stands_for_itself(c)) {
      encoded += c;
    } else {
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}
}  // namespace

Answered<std::string> media_type_of(const Request& request) {
  auto field = request.header("content-type");
  if (!field || field->empty()) return std::string(kUnknownType);
  auto essence = essence_of(*field);
  auto semicolon = field->find(';');
  auto rest = semicolon == std::string_view::npos ? std::string_view() : field->substr(semicolon);
  bool is_sound = is_media_type(essence) && parameters_of(rest) && field->size() <= kMediaTypeBytesMax;
  bool is_ascii = std::all_of(field->begin(), field->end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!is_sound || !is_ascii) return no_media_type();
  return lower(essence) + std::string(rest);
}

bool is_type_pattern(std::string_view text) {
  if (text == "*/*") return true;
  const std::string_view plain = text.ends_with("/*") ? text.substr(0, text.size() - 1) : text;
  if (plain.find('*') != std::string_view::npos || lower(text) != text) return false;
  return is_media_type(text);
}

bool is_type_allowed(std::string_view media_type, std::span<const std::string> allowed) {
  auto essence = essence_of(media_type);
  auto fits = [essence](const std::string& pattern) {
    bool is_family = pattern.ends_with("/*");
    auto family = std::string_view(pattern).substr(0, pattern.size() - 1);
    return pattern == essence || pattern == "*/*" || (is_family && essence.starts_with(family));
  };
  return allowed.empty() || std::any_of(allowed.begin(), allowed.end(), fits);
}

Answered<std::string> file_name_of(const Request& request) {
  auto field = request.header("content-disposition");
  if (!field) return std::string(kNameless);
  auto semicolon = std::min(field->find(';'), field->size());
  if (!is_token(trim(field->substr(0, semicolon)))) return bad_disposition();
  auto parameters = parameters_of(field->substr(semicolon));
  if (!parameters) return bad_disposition();
  if (auto extended = value_of_parameter(*parameters, "filename*")) {
    if (auto name = extended_value(*extended)) return clean_file_name(*name);
  }
  std::string name = value_of_parameter(*parameters, "filename").value_or("");
  if (!base::is_valid_utf8(name)) return malformed("The file's name is not UTF-8.");
  return clean_file_name(name);
}

std::string clean_file_name(std::string_view name) {
  auto slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string cleaned;
  for (std::size_t at = 0; at < name.size();) {
    auto code_point = code_point_at(name, at);
    at += code_point.size();
    if (!base::has_control_characters(code_point) && !turns_direction(code_point)) cleaned += code_point;
  }
  cleaned = cut_name(std::string(without_edges(cleaned)));
  return cleaned.empty() ? std::string(kNameless) : cleaned;
}

std::string disposition_of(std::string_view name) {
  std::string plain;
  for (std::size_t at = 0; at < name.size();) {
    auto code_point = code_point_at(name, at);
    at += code_point.size();
    bool is_plain = code_point.size() == 1 && std::string_view("\"\\%").find(code_point[0]) == std::string_view::npos;
    plain += is_plain ? code_point : "_";
  }
  std::string field = "attachment; filename=\"" + plain + "\"";
  if (plain != name) field += "; filename*=UTF-8''" + percent_encoded(name);
  return field;
}

namespace {
// Of a range: of any length; what does not fit is beyond every file.
std::optional<std::uint64_t> bound_of(std::string_view digits) {
  const bool is_number = !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number) return std::nullopt;
  return parse_number(digits).value_or(std::numeric_limits<std::uint64_t>::max());
}
}  // namespace

std::variant<WholeFile, FileRange, NoSuchRange> range_of(const Request& request, std::uint64_t size,
                                                         std::string_view etag) {
  auto field = request.header("range");
  auto condition = request.header("if-range");
  constexpr std::string_view kUnit = "bytes=";
  bool is_meant = field && lower(field->substr(0, kUnit.size())) == kUnit && (!condition || *condition == etag);
  if (!is_meant) return WholeFile{};
  auto range = trim(field->substr(kUnit.size()));
  auto dash = range.find('-');
  if (dash == std::string_view::npos) return WholeFile{};
  auto first = bound_of(range.substr(0, dash));
  auto last = bound_of(range.substr(dash + 1));
  bool is_open = range.size() == dash + 1;
  if (dash == 0) {  // the last so many
    if (!last) return WholeFile{};
    if (*last == 0 || size == 0) return NoSuchRange{};
    auto tail = std::min(*last, size);
    return FileRange{size - tail, tail};
  }
  if (!first || (!last && !is_open) || (last && *last < *first)) return WholeFile{};
  if (*first >= size) return NoSuchRange{};
  auto end = last && *last < size ? *last + 1 : size;
  return FileRange{*first, end - *first};
}

}  // namespace hansard::api
