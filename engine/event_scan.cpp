#include "engine/event_scan.h"

#include <algorithm>

namespace hansard::engine {

EventScan::Step EventScan::standing() const {
  if (through_ && scanned_ >= *through_) return Step::ended;
  return scanned_ < engine_->durable() ? Step::more : Step::at_end;
}

Result<EventScan::Step> EventScan::step(const Sink& sink) {
  if (const auto now = standing(); now != Step::more) return now;
  const auto end = through_ ? std::min(*through_, engine_->durable()) : engine_->durable();
  const auto wanted = std::min<std::uint64_t>(end.value - scanned_.value, kSliceEvents);
  TRY(auto events, engine_->read(scanned_, wanted));
  for (const auto& event : events) {
    scanned_ = event->position;
    if (filter_.matches(*event) && !sink(event)) break;
  }
  return standing();
}

}  // namespace hansard::engine
