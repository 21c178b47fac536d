#include "api/frame_head.h"

#include <algorithm>

namespace hansard::api {

namespace {
constexpr std::uint8_t kWholeText = 0x81, kMasked = 0x80;
constexpr std::uint64_t kNarrowMax = 125, kWideMax = 0xFFFF;
constexpr std::uint8_t kWide = 126, kWidest = 127;
constexpr std::uint8_t kPing = 0x89, kPong = 0x8A;

// Of the length behind the first two bytes.
constexpr std::size_t length_bytes(std::uint8_t seven_bits) {
  return seven_bits == kWidest ? 8 : seven_bits == kWide ? 2 : 0;
}

constexpr std::uint8_t seven_bits_of(std::uint64_t payload_bytes) {
  if (payload_bytes <= kNarrowMax) return static_cast<std::uint8_t>(payload_bytes);
  return payload_bytes <= kWideMax ? kWide : kWidest;
}
}  // namespace

ServerFrameHead::ServerFrameHead(Kind kind, std::uint64_t payload_bytes) {
  const std::uint8_t seven_bits = seven_bits_of(payload_bytes);
  const std::size_t wide = length_bytes(seven_bits);
  bytes_[0] = static_cast<char>(kind);
  bytes_[1] = static_cast<char>(seven_bits);
  for (std::size_t i = 0; i < wide; ++i) bytes_[2 + i] = static_cast<char>(payload_bytes >> (8 * (wide - 1 - i)));
  size_ = 2 + wide;
}

std::optional<ClientFrameHead> client_frame_head(std::string_view arrived) {
  if (arrived.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(arrived[i]); };
  const bool is_masked = (byte(1) & kMasked) != 0;
  const std::uint8_t seven_bits = byte(1) & 0x7F;
  const std::size_t wide = length_bytes(seven_bits);
  ClientFrameHead head;
  head.bytes = 2 + wide + (is_masked ? head.mask.size() : 0);
  if (arrived.size() < head.bytes) return std::nullopt;
  head.payload_bytes = wide == 0 ? seven_bits : 0;
  for (std::size_t i = 0; i < wide; ++i) head.payload_bytes = head.payload_bytes << 8 | byte(2 + i);
  const bool is_sound = is_masked && seven_bits == seven_bits_of(head.payload_bytes);
  head.is_plain = is_sound && byte(0) == kWholeText;
  head.is_ping = is_sound && byte(0) == kPing && head.payload_bytes <= kNarrowMax;
  head.is_pong = is_sound && byte(0) == kPong && head.payload_bytes <= kNarrowMax;
  if (is_masked) std::copy_n(arrived.data() + 2 + wide, head.mask.size(), head.mask.begin());
  return head;
}

}  // namespace hansard::api
