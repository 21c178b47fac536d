#include "engine/base/position_text.h"

#include <array>
#include <charconv>

#include "engine/base/check.h"
#include "engine/base/position_limit.h"

namespace hansard::base {

namespace {
constexpr std::uint64_t kEpochUnit = kPositionEnd;
constexpr std::uint32_t kEpochMax = 999;
constexpr std::size_t kDigits = 16;
}  // namespace

void append_position(std::string& out, std::uint32_t epoch, Position position) {
  CHECK(epoch <= kEpochMax && position.value < kEpochUnit, epoch, position.value);
  std::array<char, kDigits> digits;
  std::uint64_t value = epoch * kEpochUnit + position.value;
  for (std::size_t i = kDigits; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits.data(), digits.size());
}

std::string position_text(std::uint32_t epoch, Position position) {
  std::string text;
  append_position(text, epoch, position);
  return text;
}

std::optional<WirePosition> parse_position(std::string_view text) {
  if (text.empty() || text.size() > kDigits) return std::nullopt;
  std::uint64_t value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return WirePosition{static_cast<std::uint32_t>(value / kEpochUnit), {value % kEpochUnit}};
}

}  // namespace hansard::base
