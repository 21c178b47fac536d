// A position as a person gives it to a tool: a plain number, leading zeros or not, or the form on the wire, 16 digits
// of which the first three are an epoch (position_text.h). A plain number means the epoch of the log it is asked of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace hansard::base {

struct GivenPosition {
  GivenPosition(Position plain) : position(plain) {}  // NOLINT(google-explicit-constructor): a number is one
  GivenPosition(Position given, std::uint32_t of) : position(given), epoch(of) {}

  Position position;
  std::uint32_t epoch = 0;  // 0: of the log it is asked of
};

// Nothing for what is not 1 to 16 decimal digits.
std::optional<GivenPosition> parse_given_position(std::string_view text);
// `malformed`, in a sentence with the plain number, for a position of another epoch than the log's.
Result<Position> position_in(const GivenPosition& given, std::uint32_t epoch);

}  // namespace hansard::base
