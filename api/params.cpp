#include "api/params.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "engine/base/utf8.h"

namespace hansard::api {

using base::Version;

namespace {
constexpr Version kNeverAVersion{std::numeric_limits<std::uint64_t>::max()};

std::optional<char> hex_pair(std::string_view pair) {
  std::uint8_t value = 0;
  auto [end, status] = std::from_chars(pair.data(), pair.data() + pair.size(), value, 16);
  if (pair.size() != 2 || status != std::errc{} || end != pair.data() + 2) return std::nullopt;
  return static_cast<char>(value);
}

constexpr std::size_t kMistypedMost = 2;    // letters that differ between a name and a slip of the pen
constexpr std::size_t kNameShownMost = 64;  // bytes

// Letters to change, put in or take out (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({changed, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

Problem unknown_parameter(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.size() > kNameShownMost) return malformed("A query parameter is not known here.");
  std::string detail = "There is no parameter `" + std::string(name) + "` here";
  if (known.empty()) return malformed(detail + '.');
  detail += ": ";
  const auto near = std::ranges::min_element(known, {}, [&](auto other) { return distance(name, other); });
  if (distance(name, *near) <= kMistypedMost) return malformed(detail + "`" + std::string(*near) + "` is one.");
  for (auto other : known) detail.append(other).append(", ");
  detail.replace(detail.size() - 2, 2, " are known.");
  return malformed(detail);
}
}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += plus_is_space && text[at] == '+' ? ' ' : text[at];
      continue;
    }
    auto byte = hex_pair(text.substr(at + 1, 2));
    if (!byte) return std::nullopt;
    decoded += *byte;
    at += 2;
  }
  if (!base::is_valid_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::optional<std::vector<std::string>> path_segments(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  std::vector<std::string> segments;
  for (std::size_t at = 1; at <= path.size();) {
    std::size_t end = std::min(path.find('/', at), path.size());
    auto segment = percent_decoded(path.substr(at, end - at));
    if (!segment) return std::nullopt;
    segments.push_back(*std::move(segment));
    at = end + 1;
  }
  return segments;
}

Answered<Params> Params::parse(std::string_view query) {
  Params params;
  for (std::size_t at = 0; at < query.size();) {
    std::size_t end = std::min(query.find('&', at), query.size());
    auto pair = query.substr(at, end - at);
    at = end + 1;
    if (pair.empty()) continue;
    std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decoded(pair.substr(0, equals), true);
    auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return malformed("The query string is not percent-encoded UTF-8.");
    if (params.has(*name)) return malformed("A query parameter is given twice.");
    params.values_.emplace_back(*std::move(name), *std::move(value));
  }
  return params;
}

std::optional<std::string_view> Params::get(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Answered<void> Params::only(std::string_view known) const {
  const auto names = words_of(known);
  for (const auto& [name, value] : values_) {
    if (std::ranges::find(names, name) == names.end()) return unknown_parameter(name, names);
  }
  return base::success();
}

Problem foreign_position(std::string_view name, const WirePosition& given, std::uint32_t epoch) {
  const std::string what = "`" + std::string(name) + "` ";
  if (given.epoch != 0) return Problem{422, "gap", what + "is of another epoch: what it named is gone.", 0, {}};
  return malformed(what + "is a number without its epoch: a position has 16 digits, as answers give it, here " +
                   position_text(epoch, given.position));
}

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t value = 0;
  auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || status != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

Answered<std::size_t> page_limit(const Params& params, const Limits& limits) {
  auto given = params.get("limit");
  if (!given) return limits.page_default;
  auto limit = parse_number(*given);
  if (limit && *limit >= 1 && *limit <= limits.page_max) return static_cast<std::size_t>(*limit);
  return malformed("`limit` is not a number from 1 to " + std::to_string(limits.page_max));
}

Answered<std::optional<bool>> flag_param(const Params& params, std::string_view name) {
  auto given = params.get(name);
  if (!given) return std::optional<bool>();
  if (*given == "true" || *given == "1") return std::optional<bool>(true);
  if (*given == "false" || *given == "0") return std::optional<bool>(false);
  return malformed("`" + std::string(name) + "` is not true or false");
}

Answered<std::optional<Version>> if_match_of(const Request& request) {
  auto given = request.header("if-match");
  if (!given || *given == "*") return std::optional<Version>();
  auto tag = *given;
  if (tag.starts_with("W/\"") && tag.ends_with('"') && tag.size() >= 4) return std::optional<Version>(kNeverAVersion);
  bool is_tag = tag.size() >= 2 && tag.front() == '"' && tag.find('"', 1) == tag.size() - 1;
  if (!is_tag) return malformed("`If-Match` is not one entity tag");
  auto version = parse_number(tag.substr(1, tag.size() - 2));
  return std::optional<Version>(version ? Version{*version} : kNeverAVersion);
}

}  // namespace hansard::api
