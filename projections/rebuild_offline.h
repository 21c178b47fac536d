// Views of a stopped server built again from its log: what `hansard-replay rebuild --data` runs. As with a running one
// (rebuilder.h), the new view is compared with the old one at one position and takes its place by the pointer. Where
// the old one has rows of an older version, or cannot be read, this is reported and the new one takes its place all the
// same.
//
// Thread: the caller's, and helpers that end with the call. The caller holds the data folder's lock.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "projections/view_compare.h"
#include "projections/view_kind.h"
#include "projections/views.h"

namespace hansard::projections {

struct OfflineRequest {
  std::vector<const ViewKind*> kinds;
  bool compare_only = false;
  bool force = false;  // swap what differs as well
};

struct OfflineOutcome {
  std::string view;
  Position position;
  std::string digest;
  std::optional<ViewComparison> comparison;
  std::string not_compared;  // why; "" where it was
  bool is_swapped = false;
  // Equal, or of other rows, or nothing there; or of no use, and not only to be compared.
  bool is_well = false;
};
inline constexpr char kNoneBefore[] = "there was none before";  // not_compared

// Errors: io, in_use, and corrupt where the log cannot be folded; then nothing has changed but folders that the next
// start removes.
base::Result<std::vector<OfflineOutcome>> rebuild_offline(const engine::Engine& engine, const ViewOptions& options,
                                                          const OfflineRequest& request,
                                                          const std::function<void(Position)>& progress);

}  // namespace hansard::projections
