#include "api/lag_history.h"

#include <algorithm>

namespace hansard::api {

using base::Position;

void LagHistory::note(Position told, Position applied) {
  if (!places_.empty() && told.value < places_.back().told.value + kEveryEvents) return;
  places_.push_back({told, applied});
  if (places_.size() > kPlacesMax) places_.pop_front();
}

Position LagHistory::applied_when(Position told) const {
  const auto above = std::ranges::lower_bound(places_, told, {}, &Place::told);
  return above == places_.begin() ? told : std::min(std::prev(above)->applied, told);
}

}  // namespace hansard::api
