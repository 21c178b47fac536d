#include "projections/process/timers.h"

#include <algorithm>
#include <utility>

namespace hansard::process {

Timers::Timers(base::Clock& clock, base::PositionGate& gate, std::vector<std::unique_ptr<Timer>> timers)
    : clock_(clock), loop_(clock, gate, [this] { return step(); }) {
  for (auto& timer : timers) entries_.push_back({std::move(timer)});
}

Timers::~Timers() { stop(); }

void Timers::stop() {
  if (std::exchange(stopped_, true)) return;
  loop_.stop();
  for (auto& entry : entries_) entry.timer->close();
}

Wake Timers::step() {
  Wake wake;
  for (auto& entry : entries_) {
    if (entry.due <= clock_.monotonic()) entry.due = entry.timer->step();
    wake.at = std::min(wake.at, entry.due);
  }
  return wake;
}

}  // namespace hansard::process
