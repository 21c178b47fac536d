#include "api/base64url.h"

#include <array>
#include <cstdint>

namespace hansard::api {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> digit_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kDigitValues = digit_values();

}  // namespace

std::optional<std::string> decode_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  unsigned pending_bits = 0;
  for (const char c : text) {
    const std::uint8_t digit = kDigitValues[static_cast<std::uint8_t>(c)];
    if (digit == kNoDigit) return std::nullopt;
    pending = pending << 6 | digit;
    pending_bits += 6;
    if (pending_bits < 8) continue;
    pending_bits -= 8;
    bytes.push_back(static_cast<char>(pending >> pending_bits & 0xff));
    pending &= (1u << pending_bits) - 1;
  }
  if (pending != 0) return std::nullopt;
  return bytes;
}

std::string encode_base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t pending = 0;
  unsigned pending_bits = 0;
  for (const char c : bytes) {
    pending = pending << 8 | static_cast<std::uint8_t>(c);
    for (pending_bits += 8; pending_bits >= 6;) {
      pending_bits -= 6;
      text.push_back(kAlphabet[pending >> pending_bits & 0x3f]);
    }
    pending &= (1u << pending_bits) - 1;
  }
  if (pending_bits > 0) text.push_back(kAlphabet[pending << (6 - pending_bits) & 0x3f]);
  return text;
}

}  // namespace hansard::api
