#include "projections/rebuild_offline.h"

#include <algorithm>
#include <filesystem>

#include "projections/live_view.h"
#include "projections/view_builder.h"
#include "projections/view_pointer.h"

namespace hansard::projections {

namespace {
namespace fs = std::filesystem;

// One view: what is there, and what is built beside it.
struct Site {
  const ViewKind* kind = nullptr;
  std::string folder;
  ViewPointer pointer;
  FolderName shown;  // what is compared with: the current one, or the newest of older rows
  std::shared_ptr<ViewStore> live;
  OfflineOutcome outcome;
};

// The folder that holds rows, of this version or else of the newest older one.
std::optional<FolderName> find_rows(const std::string& folder, const ViewPointer& pointer) {
  if (fs::exists(folder + "/" + pointer.current.text())) return pointer.current;
  std::optional<FolderName> newest;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    auto name = parse_folder_name(entry.path().filename().string());
    if (name && name->version < pointer.current.version && (!newest || *name > *newest)) newest = name;
  }
  return newest;
}

// Why what is there does not belong to this log; "" where it does.
std::string why_foreign(const engine::Engine& engine, const Checkpoint& checkpoint) {
  if (!checkpoint.position) return engine.durable() ? "the one there is empty" : kNoneBefore;
  if (checkpoint.epoch != engine.epoch()) return "the one there is of another epoch of the log";
  return checkpoint.position > engine.durable() ? "the one there stands above the end of the log" : "";
}

// The same, or what cannot be read of it.
std::string why_useless(const engine::Engine& engine, ViewStore& store) {
  auto sound = store.check_blocks();
  return sound ? why_foreign(engine, store.checkpoint()) : sound.error().detail;
}

base::Result<Site> open_site(const engine::Engine& engine, const ViewOptions& options, const ViewKind& kind) {
  Site site;
  site.kind = &kind;
  site.outcome.view = kind.name;
  site.folder = view_folder(options, kind);
  site.pointer = read_pointer(site.folder, kind.version);
  auto rows = find_rows(site.folder, site.pointer);
  if (!rows) {
    site.outcome.not_compared = kNoneBefore;
    return site;
  }
  site.shown = *rows;
  auto live = ViewStore::open(site.folder + "/" + rows->text(), store_options(options, kind));
  if (!live && live.error().code != base::ErrorCode::corrupt) return live.error();
  site.outcome.not_compared = live ? why_useless(engine, *live.value()) : live.error().detail;
  if (site.outcome.not_compared.empty()) site.live = std::move(live.value());
  return site;
}

void compare(Site& site, const BuiltView& built) {
  auto live = site.live->snapshot();
  auto rebuilt = built.snapshot();
  bool is_same_version = site.shown.version == site.kind->version;
  site.outcome.comparison = is_same_version ? compare_views(*site.kind, *live, *rebuilt, nullptr)
                                            : compare_rows(*site.kind, *live, *rebuilt, nullptr);
  if (!is_same_version)
    site.outcome.not_compared = "the one there has rows of version " + std::to_string(site.shown.version);
}

// From one position to the next at which some view is compared, and to the end.
base::Result<void> build(const engine::Engine& engine, std::vector<Site>& sites, const BuiltViews& built,
                         const std::function<void(Position)>& progress) {
  std::vector<Position> stops{engine.durable()};
  for (const Site& site : sites) {
    if (site.live) stops.push_back(site.live->checkpoint().position);
  }
  std::sort(stops.begin(), stops.end());
  for (Position stop : stops) {
    TRY(build_through(engine, built, stop, progress));
    for (std::size_t i = 0; i < sites.size(); ++i) {
      Site& site = sites[i];
      if (site.live && !site.outcome.comparison && site.live->checkpoint().position == stop) compare(site, *built[i]);
    }
  }
  return base::success();
}

// Who only compares wants to hear of an old view that cannot be compared; to who builds it anew it is no obstacle.
bool is_well(const OfflineOutcome& outcome, const OfflineRequest& request) {
  if (outcome.comparison) return outcome.comparison->is_equal() || !outcome.not_compared.empty();
  return !request.compare_only || outcome.not_compared == kNoneBefore;
}

base::Result<void> settle(Site& site, BuiltView& built, const OfflineRequest& request) {
  OfflineOutcome& outcome = site.outcome;
  outcome.position = built.position();
  outcome.digest = built.checkpoint().digest.hex();
  outcome.is_well = is_well(outcome, request);
  site.live.reset();
  if (request.compare_only || (!outcome.is_well && !request.force)) return base::success();
  built.flush();
  auto name = parse_folder_name(fs::path(built.folder()).filename().string());
  bool has_before = site.shown == site.pointer.current;
  auto before = has_before ? std::optional(site.pointer.current) : std::nullopt;
  TRY(write_pointer(site.folder, {*name, before}));
  built.keep();
  outcome.is_swapped = true;
  std::error_code ignored;  // what stays is removed by the next start
  if (site.pointer.previous) fs::remove_all(site.folder + "/" + site.pointer.previous->text(), ignored);
  return base::success();
}
}  // namespace

base::Result<std::vector<OfflineOutcome>> rebuild_offline(const engine::Engine& engine, const ViewOptions& options,
                                                          const OfflineRequest& request,
                                                          const std::function<void(Position)>& progress) {
  std::vector<Site> sites;
  BuiltViews built;
  for (const ViewKind* kind : request.kinds) {
    TRY(auto site, open_site(engine, options, *kind));
    std::string folder = site.folder + "/" + next_folder(site.folder, kind->version).text();
    TRY(auto view, BuiltView::start(*kind, std::move(folder), store_options(options, *kind), engine.epoch()));
    sites.push_back(std::move(site));
    built.push_back(std::move(view));
  }
  TRY(build(engine, sites, built, progress));
  std::vector<OfflineOutcome> outcomes;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    TRY(settle(sites[i], *built[i], request));
    outcomes.push_back(std::move(sites[i].outcome));
  }
  return outcomes;
}

}  // namespace hansard::projections
