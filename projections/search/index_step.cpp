#include "projections/search/index_step.h"

#include <algorithm>

#include "engine/base/spare_time.h"
#include "projections/search/index_fold.h"

namespace hansard::search {

namespace {
base::Result<void> fold_some(const engine::Engine& engine, IndexFold& fold, std::size_t left, base::Position last) {
  while (left > 0 && fold.changes().position < last) {
    std::size_t wanted = std::min<std::uint64_t>(left, last.value - fold.changes().position.value);
    TRY(auto events, engine.read(fold.changes().position, wanted));
    if (events.empty()) break;
    for (const auto& event : events) {
      TRY(fold.add(*event));
      base::SpareTime::give_way();
    }
    left -= events.size();
  }
  return base::success();
}
}  // namespace

base::Result<void> index_some(const engine::Engine& engine, IndexFile& file, std::size_t events_max,
                              base::Position last) {
  IndexFold fold(*file.catalog(), file.state().position);
  auto outcome = fold_some(engine, fold, events_max, last);
  TRY(file.commit(fold.changes()));
  if (!outcome) return base::error(base::ErrorCode::refused, outcome.error().detail);
  return outcome;
}

}  // namespace hansard::search
