// Positions on the wire: 16 digits, 3 of the epoch and 13 of the position, so that text order, number order and log
// order agree (API.md section 1: opaque, ordered within a partition and an epoch) and a double holds the number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"

namespace hansard::base {

struct WirePosition {
  std::uint32_t epoch = 0;
  Position position;
};

std::string position_text(std::uint32_t epoch, Position position);
void append_position(std::string& out, std::uint32_t epoch, Position position);
// 1 to 16 digits: a client that kept the number, and with it lost leading zeros, is understood.
std::optional<WirePosition> parse_position(std::string_view text);

}  // namespace hansard::base
