#include "projections/search/rebuild_offline.h"

#include <filesystem>

#include "engine/base/folder_seal.h"
#include "projections/search/index_build.h"
#include "projections/search/index_step.h"

namespace hansard::search {

namespace {
using projections::OfflineOutcome;
using projections::OfflineRequest;

// The file that serves, which is new, up to the end of the log.
base::Result<void> index_all(const engine::Engine& engine, OpenedGeneration live, OfflineOutcome& outcome,
                             const std::function<void(base::Position)>& progress) {
  while (live.file->state().position < engine.durable()) {
    TRY(index_some(engine, *live.file, IndexBuild::kIdleSliceEvents, engine.durable()));
    progress(live.file->state().position);
  }
  outcome.position = live.file->state().position;
  outcome.digest = live.file->state().digest.hex();
  outcome.is_swapped = true;
  return base::success();
}

// Until it is compared, or ready to take over.
base::Result<void> build(const engine::Engine& engine, IndexBuild& built, IndexFile& live,
                         const std::function<void(base::Position)>& progress) {
  while (!built.is_over() && !built.is_ready()) {
    TRY(built.step(engine, live, IndexBuild::kIdleSliceEvents));
    progress(built.status().position);
  }
  return base::success();
}

base::Result<void> settle(OpenedGeneration live, IndexBuild& built, const OfflineRequest& request,
                          OfflineOutcome& outcome) {
  outcome.comparison = built.status().comparison;
  outcome.position = live.file->state().position;
  outcome.digest = live.file->state().digest.hex();
  outcome.is_well = outcome.comparison->is_equal();
  if (request.compare_only || (!outcome.is_well && !request.force)) return base::success();
  TRY(auto taken, built.take());
  outcome.digest = taken.file->state().digest.hex();
  taken.file.reset();
  const std::string old = live.generation->path;
  live.file.reset();
  remove_generation(old);
  outcome.is_swapped = true;
  return base::success();
}
}  // namespace

base::Result<OfflineOutcome> rebuild_search_offline(const engine::Engine& engine, const std::string& data_folder,
                                                    const OfflineRequest& request,
                                                    const std::function<void(base::Position)>& progress) {
  const std::string folder = data_folder + "/views/search/v1";
  OfflineOutcome outcome;
  outcome.view = "search";
  TRY(auto seal, base::FolderSeal::lift(folder));
  outcome.is_well = true;
  outcome.not_compared = why_useless(engine, folder, kShelfBits);
  std::error_code missing;
  if (!std::filesystem::exists(folder, missing)) outcome.not_compared = projections::kNoneBefore;
  if (!outcome.not_compared.empty() && request.compare_only) {
    outcome.is_well = outcome.not_compared == projections::kNoneBefore;
    return outcome;
  }
  TRY(auto live, open_loaded_generation(engine, folder, kShelfBits));
  if (!live.file->state().position) {
    if (outcome.not_compared.empty()) outcome.not_compared = projections::kNoneBefore;
    if (!request.compare_only) {
      TRY(index_all(engine, std::move(live), outcome, progress));
    }
    return outcome;
  }
  TRY(auto opened, begin_build(engine, folder, kShelfBits));
  projections::RebuildRequest order;
  order.compare_only = request.compare_only;
  order.swap = true;
  IndexBuild built(std::move(opened), order, base::system_clock());
  TRY(build(engine, built, *live.file, progress));
  if (request.force && !built.is_ready() && !request.compare_only) {
    built.order_swap(true);
    TRY(build(engine, built, *live.file, progress));
  }
  TRY(settle(std::move(live), built, request, outcome));
  return outcome;
}

}  // namespace hansard::search
