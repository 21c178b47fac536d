#include "projections/process/timers.h"

#include <algorithm>
#include <utility>

#include "engine/base/this_thread.h"

namespace hansard::process {

Timers::Timers(base::Clock& clock, base::PositionGate& gate, std::vector<std::unique_ptr<Timer>> timers)
    : clock_(clock), loop_(clock, gate, base::in_thread("timers", [this] { return step(); })) {
  for (auto& timer : timers) entries_.push_back({std::move(timer)});
}

Timers::~Timers() { stop(); }

void Timers::stop() {
  if (std::exchange(stopped_, true)) return;
  loop_.stop();
  for (auto& entry : entries_) entry.timer->close();
}

base::Wake Timers::step() {
  base::Wake wake;
  for (auto& entry : entries_) {
    if (entry.due <= clock_.monotonic()) entry.due = entry.timer->step();
    wake.at = std::min(wake.at, entry.due);
  }
  return wake;
}

}  // namespace hansard::process
