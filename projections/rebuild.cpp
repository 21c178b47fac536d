#include "projections/live_view.h"
#include "projections/view_builder.h"
#include "projections/views.h"

namespace hansard::projections {

base::Result<std::vector<ViewStatus>> rebuild(engine::Engine& engine, const std::string& folder,
                                              const ViewOptions& options,
                                              const std::function<void(Position)>& progress) {
  BuiltViews views;
  for (const ViewKind* kind : view_kinds()) {
    std::string place = folder + "/" + std::string(kind->name);
    TRY(auto view, BuiltView::start(*kind, std::move(place), store_options(options, *kind), engine.epoch()));
    views.push_back(std::move(view));
  }
  TRY(build_through(engine, views, engine.durable(), progress));
  std::vector<ViewStatus> status;
  for (const auto& view : views) {
    view->flush();
    const Checkpoint& at = view->checkpoint();
    status.push_back(
        {std::string(view->kind().name), at.position, at.digest.hex(), at.unknown_events, std::nullopt, std::nullopt});
    view->keep();
  }
  return status;
}

}  // namespace hansard::projections
