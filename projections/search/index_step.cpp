#include "projections/search/index_step.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/base/spare_time.h"
#include "projections/search/index_fold.h"

namespace hansard::search {

namespace {
using Stretch = std::optional<base::StepBack::Stretch>;

base::Result<void> fold_all(const std::vector<engine::EventPtr>& events, IndexFold& fold) {
  for (const auto& event : events) {
    TRY(fold.add(*event));
    base::SpareTime::give_way();
  }
  return base::success();
}

base::Result<void> fold_some(const engine::Engine& engine, IndexFold& fold, std::size_t left, base::Position last,
                             base::StepBack* back) {
  while (left > 0 && fold.changes().position < last) {
    std::size_t wanted = std::min<std::uint64_t>(left, last.value - fold.changes().position.value);
    TRY(auto events, engine.read(fold.changes().position, wanted));
    if (events.empty()) break;
    Stretch stretch;
    if (back != nullptr) stretch.emplace(*back);
    TRY(fold_all(events, fold));
    left -= events.size();
  }
  return base::success();
}

base::Result<void> commit(IndexFile& file, IndexFold& fold, base::StepBack* back) {
  Stretch stretch;
  if (back != nullptr) stretch.emplace(*back);
  return file.commit(fold.changes());
}
}  // namespace

base::Result<void> index_some(const engine::Engine& engine, IndexFile& file, std::size_t events_max,
                              base::Position last, base::StepBack* back) {
  IndexFold fold(*file.catalog(), file.state().position);
  auto outcome = fold_some(engine, fold, events_max, last, back);
  TRY(commit(file, fold, back));
  if (!outcome) return base::error(base::ErrorCode::refused, outcome.error().detail);
  return outcome;
}

}  // namespace hansard::search
