#include "engine/base/given_position.h"

#include "engine/base/position_text.h"

namespace hansard::base {

std::optional<GivenPosition> parse_given_position(std::string_view text) {
  const auto wire = parse_position(text);
  if (!wire) return std::nullopt;
  return GivenPosition(wire->position, wire->epoch);
}

Result<Position> position_in(const GivenPosition& given, std::uint32_t epoch) {
  if (given.epoch == 0 || given.epoch == epoch) return given.position;
  return error(ErrorCode::malformed, "Position " + position_text(given.epoch, given.position) + " is of epoch " +
                                         std::to_string(given.epoch) + ", and this log is of epoch " +
                                         std::to_string(epoch) +
                                         ". What a restore brings keeps its number: if this log was restored from one "
                                         "that had that event, ask with the plain number, " +
                                         std::to_string(given.position.value) + ".");
}

}  // namespace hansard::base
