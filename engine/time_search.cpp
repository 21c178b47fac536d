#include "engine/time_search.h"

namespace hansard::engine {

// Invariant: everything up to `low` is at or before the time, everything above `high` is later.
Result<Position> last_at_or_before(const Engine& engine, base::Timestamp time) {
  Position low{}, high = engine.durable();
  while (low < high) {
    Position middle{low.value + (high.value - low.value + 1) / 2};
    TRY(auto event, engine.get(middle));
    if (event->time <= time) {
      low = middle;
    } else {
      high = {middle.value - 1};
    }
  }
  return low;
}

}  // namespace hansard::engine
