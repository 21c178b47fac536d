#include "replay/migrate/slack_files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace hansard::migrate {

namespace {
namespace fs = std::filesystem;
constexpr std::int64_t kSecondsMax = 253'402'300'799;  // the end of the year 9999

bool take_number(std::string_view text, std::int64_t& out) {
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc() && end == text.data() + text.size() && out >= 0;
}
}  // namespace

base::Result<std::vector<base::JsonValue>> parse_list(const std::string& path, std::uint64_t bytes_max,
                                                      base::JsonParser& parser) {
  std::error_code problem;
  const std::uint64_t bytes = fs::file_size(path, problem);
  if (problem) return base::error(base::ErrorCode::not_found, path + " is not there");
  if (bytes > bytes_max) {
    return base::error(base::ErrorCode::malformed,
                       path + " is larger than " + std::to_string(bytes_max >> 20) + " MiB; split it");
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(bytes));
  if (!file) return base::error(base::ErrorCode::io, path + " cannot be read");
  auto value = parser.parse(text);
  if (!value)
    return base::error(base::ErrorCode::malformed, path + " is not what it should be: " + value.error().detail);
  if (value.value().kind() != base::JsonValue::Kind::array) {
    return base::error(base::ErrorCode::malformed, path + " is no list");
  }
  return value.value().items();
}

std::vector<std::string> day_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    if (entry.path().extension() == ".json" && entry.is_regular_file(problem)) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<SlackTime> slack_time(std::string_view text) {
  const std::size_t point = text.find('.');
  SlackTime time;
  if (!take_number(text.substr(0, point), time.seconds) || time.seconds > kSecondsMax) return std::nullopt;
  if (point == std::string_view::npos) return time;
  std::string digits(text.substr(point + 1, 6));
  digits.resize(6, '0');
  if (text.size() - point - 1 > 6 || !take_number(digits, time.number)) return std::nullopt;
  return time;
}

std::string text_of(const base::JsonValue& object, std::string_view name) {
  return std::string(object.member(name).string().value_or(""));
}

}  // namespace hansard::migrate
