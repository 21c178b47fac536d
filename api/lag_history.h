// How far the views were when events were told live: a count waits for them, so a socket that had seen an event had
// been told of counts up to there. A resume asks, who looks for those that its socket before may have missed
// (resume.h).
//
// Thread: one. Limits: a place each kEveryEvents events, the newest kPlacesMax (two million events).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "engine/base/ids.h"

namespace hansard::api {

class LagHistory {
 public:
  static constexpr std::uint64_t kEveryEvents = 512;
  static constexpr std::size_t kPlacesMax = 4'096;

  // What is told next is above `told`, and the views are at `applied`. Both rise.
  void note(base::Position told, base::Position applied);
  // At or below where the views were when the event at `told` was; `told` itself where nothing is known of it.
  base::Position applied_when(base::Position told) const;

 private:
  struct Place {
    base::Position told, applied;
  };
  std::deque<Place> places_;
};

}  // namespace hansard::api
