#include "projections/event_batch.h"

#include <algorithm>
#include <iterator>

namespace hansard::projections {

base::Result<std::vector<engine::EventPtr>> read_events(const engine::Engine& engine, base::Position after,
                                                        base::Position last, std::size_t events_max) {
  std::vector<engine::EventPtr> batch;
  while (batch.size() < events_max && after < last) {
    std::size_t wanted = std::min<std::size_t>(events_max - batch.size(), last.value - after.value);
    TRY(auto events, engine.read(after, wanted));
    if (events.empty()) return base::error(base::ErrorCode::corrupt, "the log ends below its durable position");
    after = events.back()->position;
    if (batch.empty()) {
      batch = std::move(events);
    } else {
      batch.insert(batch.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
    }
  }
  return batch;
}

}  // namespace hansard::projections
