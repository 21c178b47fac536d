#include "engine/time_search.h"

namespace hansard::engine {

// Invariant: everything up to `low` is at or before the time, everything above `high` is later.
Result<Position> last_at_or_before(Position end, const TimeAt& time_at, base::Timestamp time) {
  Position low{}, high = end;
  while (low < high) {
    Position middle{low.value + (high.value - low.value + 1) / 2};
    TRY(auto found, time_at(middle));
    if (found <= time) {
      low = middle;
    } else {
      high = {middle.value - 1};
    }
  }
  return low;
}

Result<Position> last_at_or_before(const Engine& engine, base::Timestamp time) {
  auto time_at = [&](Position at) -> Result<base::Timestamp> {
    TRY(auto event, engine.get(at));
    return event->time;
  };
  return last_at_or_before(engine.durable(), time_at, time);
}

}  // namespace hansard::engine
