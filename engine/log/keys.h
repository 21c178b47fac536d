// The key of an event: partition u16, position u64, both big-endian, so that byte order is the order of positions
// (docs/LOG_FORMAT.md, "Files on disk"). Nothing else is in the `events` family.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/base/ids.h"

namespace hansard::log {

inline constexpr std::size_t kEventKeyBytes = 10;

class EventKey {
 public:
  EventKey(base::PartitionId partition, base::Position position) {
    put(0, partition, 2);
    put(2, position.value, 8);
  }
  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  void put(std::size_t at, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) bytes_[at + i] = static_cast<char>(value >> (8 * (width - 1 - i)));
  }
  std::array<char, kEventKeyBytes> bytes_;
};

// `key` is kEventKeyBytes long.
inline base::Position position_in(std::string_view key) {
  std::uint64_t value = 0;
  for (char c : key.substr(2)) value = value << 8 | static_cast<std::uint8_t>(c);
  return {value};
}

}  // namespace hansard::log
