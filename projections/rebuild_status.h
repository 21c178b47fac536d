// What a rebuild was asked for and how it stands, as values.
//
// Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "projections/view_compare.h"
#include "projections/view_pointer.h"

namespace hansard::projections {

struct RebuildRequest {
  std::vector<std::string> views;
  bool compare_only = false;  // nothing is swapped, and what was built is removed
  bool swap = true;           // as soon as the two are equal; otherwise it waits for the order
};

enum class RebuildState {
  building,
  comparing,
  built,    // equal; waits for the order to swap
  differs,  // not equal; waits for cancel, or for a forced swap
  swapping,
  swapped,
  rolling_back,
  rolled_back,
  compared,  // compare_only; nothing was swapped
  cancelled,
  failed
};
std::string_view state_name(RebuildState state);
// Whether the thread is at it.
bool is_under_way(RebuildState state);
// Whether what is built waits for the order to take it, or to remove it.
bool waits_for_swap(RebuildState state);

struct RebuildStatus {
  RebuildState state = RebuildState::building;
  bool compare_only = false;
  base::Position position, of;  // where what is built stands, and where the live view does
  double events_per_s = 0;
  std::optional<double> remaining_s;
  std::string why;  // one sentence: why it failed or waits; "" for nothing to say
  std::optional<ViewComparison> comparison;
};

// A comparison quotes a row that differed. What an erasure took must not be read there.
void forget_texts(RebuildStatus& status);

struct RebuildableView {
  std::string name;
  ViewPointer folders;
  std::optional<RebuildStatus> rebuild;  // of the last order
};

}  // namespace hansard::projections
