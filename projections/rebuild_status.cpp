#include "projections/rebuild_status.h"

namespace hansard::projections {

std::string_view state_name(RebuildState state) {
  switch (state) {
    case RebuildState::building:
      return "building";
    case RebuildState::comparing:
      return "comparing";
    case RebuildState::built:
      return "built";
    case RebuildState::differs:
      return "differs";
    case RebuildState::swapping:
      return "swapping";
    case RebuildState::swapped:
      return "swapped";
    case RebuildState::rolling_back:
      return "rolling_back";
    case RebuildState::rolled_back:
      return "rolled_back";
    case RebuildState::compared:
      return "compared";
    case RebuildState::cancelled:
      return "cancelled";
    case RebuildState::failed:
      return "failed";
  }
  return "unknown";
}

bool is_under_way(RebuildState state) {
  return state == RebuildState::building || state == RebuildState::comparing || state == RebuildState::swapping ||
         state == RebuildState::rolling_back;
}

bool waits_for_swap(RebuildState state) { return state == RebuildState::built || state == RebuildState::differs; }

void forget_texts(RebuildStatus& status) {
  if (!status.comparison || !status.comparison->first) return;
  status.comparison->first.reset();
  status.why = in_words(*status.comparison);
}

}  // namespace hansard::projections
