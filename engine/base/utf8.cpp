#include "engine/base/utf8.h"

#include <cstdint>
#include <cstring>

namespace hansard::base {

namespace {
std::uint8_t byte_at(std::string_view text, std::size_t i) { return static_cast<std::uint8_t>(text[i]); }

// Eight bytes of ASCII, which most texts are.
bool is_plain_word(std::string_view text, std::size_t i) {
  std::uint64_t word;
  if (i + sizeof word > text.size()) return false;
  std::memcpy(&word, text.data() + i, sizeof word);
  return (word & 0x8080808080808080ull) == 0;
}

// Length of the well-formed sequence at `i`, or 0 (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t i) {
  std::uint8_t lead = byte_at(text, i);
  if (lead < 0x80) return 1;
  std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || i + length > text.size()) return 0;
  std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte_at(text, i + 1) < low || byte_at(text, i + 1) > high) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xC0) != 0x80) return 0;
  }
  return length;
}
}  // namespace

bool is_valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (is_plain_word(text, i)) {
      i += sizeof(std::uint64_t);
      continue;
    }
    std::size_t length = sequence_length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

bool has_control_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::uint8_t c = byte_at(text, i);
    if (c < 0x20 || c == 0x7F) return true;
    if (c == 0xC2 && i + 1 < text.size() && byte_at(text, i + 1) < 0xA0) return true;
  }
  return false;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  std::size_t i = 0;
  for (; i + sizeof(std::uint64_t) <= text.size(); i += sizeof(std::uint64_t)) {
    constexpr std::uint64_t kOnes = 0x0101010101010101ull;  // one in each byte
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, sizeof word);
    const std::uint64_t starts = ((~word >> 7) | (word >> 6)) & kOnes;  // all but 10xxxxxx
    count += starts * kOnes >> 56;
  }
  for (; i < text.size(); ++i) count += (byte_at(text, i) & 0xC0) != 0x80;
  return count;
}

std::string_view beginning_of(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && bytes_max - end < 3 && (byte_at(text, end) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace hansard::base
