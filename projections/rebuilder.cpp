// Orders and the thread that carries them out; what an order does is in rebuilder_work.cpp.
#include "projections/rebuilder.h"

#include <algorithm>
#include <filesystem>

#include "engine/base/this_thread.h"

namespace hansard::projections {

namespace {
base::Error refused(std::string why) { return base::error(base::ErrorCode::refused, std::move(why)); }
}  // namespace

Rebuilder::Rebuilder(engine::Engine& engine, std::vector<LiveView*> views, Projector& projector,
                     const ViewOptions& options)
    : engine_(engine), projector_(projector), options_(options), pace_(engine, options.rebuild_events_per_s) {
  for (LiveView* view : views) sites_.push_back({view, std::nullopt, nullptr, {}, {}});
  thread_ = std::thread([this] { run(); });
}

Rebuilder::~Rebuilder() { stop(); }

void Rebuilder::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (Site& site : sites_) site.built.reset();
}

void Rebuilder::run() {
  base::begin_thread("rebuilder");
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return order_ || stopping_; });
    if (stopping_) return;
    Order order = std::exchange(order_, nullptr);
    lock.unlock();
    order();
    lock.lock();
    is_busy_ = false;
    changed_.notify_all();
  }
}

base::Result<Rebuilder::Site*> Rebuilder::find(const std::string& view) {
  for (Site& site : sites_) {
    if (site.live->kind().name == view) return &site;
  }
  return base::error(base::ErrorCode::not_found, "there is no view named '" + view + "'");
}

base::Result<void> Rebuilder::give(Order order, const std::vector<Site*>& sites, RebuildStatus first,
                                   const Check& may) {
  {
    std::lock_guard lock(mutex_);
    if (is_busy_ || stopping_) return refused("a rebuild is under way: wait for its end or cancel it");
    if (may) {
      TRY(may());
    }
    is_busy_ = true;
    cancelled_ = false;
    order_ = std::move(order);
    for (Site* site : sites) {
      if (is_under_way(first.state)) site->started = base::system_clock().monotonic();
      if (site->status) first.comparison = site->status->comparison;
      if (first.state == RebuildState::building) first.comparison.reset();
      site->status = first;
    }
  }
  changed_.notify_all();
  return base::success();
}

base::Result<void> Rebuilder::start(const RebuildRequest& request) {
  std::vector<Site*> sites;
  for (const std::string& name : request.views) {
    TRY(Site * site, find(name));
    if (std::find(sites.begin(), sites.end(), site) == sites.end()) sites.push_back(site);
  }
  if (sites.empty()) return refused("name at least one view");
  RebuildStatus first;
  first.compare_only = request.compare_only;
  return give([this, sites, request] { build(sites, request); }, sites, first);
}

base::Result<void> Rebuilder::swap(const std::string& view, bool force) {
  TRY(Site * site, find(view));
  RebuildStatus first;
  first.state = RebuildState::swapping;
  auto may = [site, force]() -> base::Result<void> {
    if (!site->waits_for_swap()) return refused("nothing is built that could be swapped: start a rebuild first");
    bool differs = site->status->state == RebuildState::differs;
    if (differs && !force) return refused("the rebuilt view differs from the live one: " + site->status->why);
    return base::success();
  };
  return give([this, site, force] { take_over(*site, force, RebuildState::swapped); }, {site}, first, may);
}

base::Result<void> Rebuilder::roll_back(const std::string& view) {
  TRY(Site * site, find(view));
  RebuildStatus first;
  first.state = RebuildState::rolling_back;
  auto may = [this, site]() -> base::Result<void> {
    if (pointer_of(*site).previous) return base::success();
    return refused("no earlier one of the view is kept: there is nothing to go back to");
  };
  return give([this, site] { revive(*site); }, {site}, first, may);
}

base::Result<void> Rebuilder::drop(const std::string& view) {
  TRY(Site * site, find(view));
  std::lock_guard lock(mutex_);
  if (is_busy_) return refused("a rebuild is under way: wait for its end or cancel it");
  ViewPointer pointer = pointer_of(*site);
  if (!pointer.previous) return refused("no earlier one of the view is kept");
  if (site->is_read()) return refused("somebody still reads the earlier one: try again in a moment");
  std::string folder = folder_of(*site) + "/" + pointer.previous->text();
  TRY(write_pointer(folder_of(*site), {pointer.current, std::nullopt}));
  std::error_code failed;
  std::filesystem::remove_all(folder, failed);
  if (failed) return base::error(base::ErrorCode::io, "cannot remove " + folder + ": " + failed.message());
  return base::success();
}

bool Rebuilder::Site::waits_for_swap() const { return built && status && projections::waits_for_swap(status->state); }

bool Rebuilder::Site::is_read() const {
  return std::any_of(retired.begin(), retired.end(), [](const auto& store) { return !store.expired(); });
}

base::Result<void> Rebuilder::keep_only_live() {
  std::lock_guard lock(mutex_);
  if (is_busy_) return refused("a rebuild is under way: wait for its end or cancel it");
  for (Site& site : sites_) {
    TRY(keep_only_live(site));
  }
  return base::success();
}

// Nobody works on the site, since no order is under way.
base::Result<void> Rebuilder::keep_only_live(Site& site) {
  if (site.is_read()) return refused("somebody still reads an earlier one: try again in a moment");
  if (site.status) forget_texts(*site.status);
  if (site.built) {
    site.built.reset();
    site.status->state = RebuildState::cancelled;
    site.status->why = "an erasure was done: build it again";
  }
  const ViewPointer pointer = pointer_of(site);
  if (pointer.previous) {
    TRY(write_pointer(folder_of(site), {pointer.current, std::nullopt}));
  }
  return remove_all_but(folder_of(site), pointer.current);
}

base::Result<void> Rebuilder::cancel(const std::string& view) {
  TRY(Site * site, find(view));
  {
    std::lock_guard lock(mutex_);
    if (site->status && is_under_way(site->status->state)) {
      cancelled_ = true;
      changed_.notify_all();
      return base::success();
    }
  }
  RebuildStatus first;
  first.state = RebuildState::cancelled;
  auto may = [site]() -> base::Result<void> {
    if (site->waits_for_swap()) return base::success();
    return refused("nothing is under way");
  };
  return give([site] { site->built.reset(); }, {site}, first, may);
}

std::vector<RebuildableView> Rebuilder::views() const {
  std::lock_guard lock(mutex_);
  std::vector<RebuildableView> all;
  for (const Site& site : sites_) all.push_back({std::string(site.live->kind().name), pointer_of(site), site.status});
  return all;
}

bool Rebuilder::wait_for_end(std::chrono::nanoseconds most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, most, [this] { return !is_busy_; });
}

bool Rebuilder::sleep(std::chrono::nanoseconds most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [this] { return !goes_on(); });
  return goes_on();
}

std::string Rebuilder::folder_of(const Site& site) const { return view_folder(options_, site.live->kind()); }

ViewPointer Rebuilder::pointer_of(const Site& site) const {
  return read_pointer(folder_of(site), site.live->kind().version);
}

void Rebuilder::note(Site& site, RebuildState state, std::string why) {
  std::lock_guard lock(mutex_);
  site.status->state = state;
  site.status->why = std::move(why);
  site.status->remaining_s.reset();
}

void Rebuilder::note_progress(Site& site, Position position, Position of) {
  double passed = std::chrono::duration<double>(base::system_clock().monotonic() - site.started).count();
  std::lock_guard lock(mutex_);
  RebuildStatus& status = *site.status;
  status.position = position;
  status.of = std::max(position, of);
  if (passed <= 0) return;
  status.events_per_s = static_cast<double>(position.value) / passed;
  if (position) {
    status.remaining_s = static_cast<double>(status.of.value - position.value) / status.events_per_s;
  }
}

}  // namespace hansard::projections
