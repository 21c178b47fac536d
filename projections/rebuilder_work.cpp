#include <algorithm>
#include <filesystem>

#include "projections/rebuilder.h"

namespace hansard::projections {

namespace {
// What is left to the projector's thread when it takes a rebuilt view over.
constexpr std::uint64_t kHandOverEventsMax = 1'000;
// For a live view to apply what was durable when a difference was seen.
constexpr std::chrono::seconds kSettleMax{30};
// Shorter pieces are not worth a sleep.
constexpr std::chrono::milliseconds kPieceMin{1};

base::Error cancelled() { return base::error(base::ErrorCode::shutting_down, "cancelled"); }
base::MonotonicTime now() { return base::system_clock().monotonic(); }
}  // namespace

void Rebuilder::build(const std::vector<Site*>& sites, const RebuildRequest& request) {
  BuiltViews built;
  base::Result<void> outcome = open_sites(sites, built);
  if (outcome) outcome = fold_up(sites, built);
  if (!outcome) return end(sites, outcome.error());
  for (std::size_t i = 0; i < sites.size(); ++i) sites[i]->built = std::move(built[i]);
  for (Site* site : sites) {
    if (auto compared = compare(*site); !compared) {
      end({site}, compared.error());
    } else {
      settle(*site, request);
    }
  }
}

base::Result<void> Rebuilder::open_sites(const std::vector<Site*>& sites, BuiltViews& built) {
  for (Site* site : sites) {
    site->built.reset();
    const ViewKind& kind = site->live->kind();
    std::string folder = folder_of(*site) + "/" + next_folder(folder_of(*site), kind.version).text();
    TRY(auto view, BuiltView::start(kind, folder, store_options(options_, kind), engine_.epoch()));
    built.push_back(std::move(view));
  }
  return base::success();
}

// False once it is to stop.
bool Rebuilder::take_breath() {
  const auto took = piece_.read();
  if (took < kPieceMin) return true;
  const bool goes_on = sleep(pace_.breath(took));
  piece_.start();
  return goes_on;
}

base::Result<void> Rebuilder::fold_up(const std::vector<Site*>& sites, BuiltViews& built) {
  for (const auto& view : built) view->set_breath([this] { return take_breath(); });
  auto outcome = fold_batches(sites, built);
  for (const auto& view : built) view->set_breath({});
  return outcome;
}

base::Result<void> Rebuilder::fold_batches(const std::vector<Site*>& sites, BuiltViews& built) {
  for (Position last; built.front()->position() < (last = lowest_applied(sites));) {
    pace_.look(last, now());
    if (pace_.must_wait()) {
      if (!sleep(RebuildPace::kLook)) return cancelled();
      continue;
    }
    const auto began = now();
    Position before = built.front()->position();
    TRY(const auto unbreathed, fold_batch(built, last));
    pace_.worked();
    Position reached = built.front()->position();
    for (Site* site : sites) note_progress(*site, reached, last);
    if (!goes_on()) return cancelled();
    const auto share = pace_.rest(reached.value - before.value, now() - began);
    if (!sleep(std::max(share, pace_.breath(unbreathed)))) return cancelled();
  }
  return base::success();
}

// Beside live traffic only with what that leaves of the processor. The work since the last breath.
base::Result<std::chrono::nanoseconds> Rebuilder::fold_batch(const BuiltViews& built, Position last) {
  base::Result<void> outcome = base::success();
  std::chrono::nanoseconds unbreathed{};
  const auto work = [&] {
    piece_.start();
    outcome = build_batch(engine_, built, last, pace_.batch_events());
    unbreathed = piece_.read();
  };
  if (pace_.is_busy()) {
    spare_time_.run(now(), work);
  } else {
    work();
  }
  TRY(outcome);
  return unbreathed;
}

// An erasure overwrites records before the live view has folded its event, and the rebuilt one may have read what was
// left: so a difference counts when it is still there once both have folded all that was durable.
base::Result<void> Rebuilder::compare(Site& site) {
  note(site, RebuildState::comparing);
  TRY(auto found, compare_at(site, {}, false));
  if (!found.is_equal()) {
    TRY(found, compare_at(site, engine_.durable(), true));
  }
  std::lock_guard lock(mutex_);
  site.status->comparison = std::move(found);
  return base::success();
}

base::Result<ViewComparison> Rebuilder::compare_at(Site& site, Position least, bool with_rows) {
  for (auto until = now() + kSettleMax; site.live->gate().reached() < least && now() < until;) {
    if (site.live->status().stopped) break;
    if (!sleep(RebuildPace::kLook)) return cancelled();
  }
  auto live = site.live->current().rows;
  TRY(site.built->follow(engine_, live->checkpoint().position, RebuildPace::kBusyBatch));
  auto rebuilt = site.built->snapshot();
  if (rebuilt->checkpoint().position != live->checkpoint().position) {
    return base::error(base::ErrorCode::behind, "the live view stands before the rebuilt one");
  }
  GoOn go_on = [this] { return goes_on(); };
  const ViewKind& kind = site.live->kind();
  auto found = with_rows ? compare_views(kind, *live, *rebuilt, go_on) : compare_digests(*live, *rebuilt, go_on);
  if (!goes_on()) return cancelled();
  return found;
}

void Rebuilder::settle(Site& site, const RebuildRequest& request) {
  const ViewComparison& found = *site.status->comparison;
  if (request.compare_only) {
    site.built.reset();
    return note(site, RebuildState::compared, in_words(found));
  }
  if (!found.is_equal()) return note(site, RebuildState::differs, in_words(found));
  if (!request.swap) return note(site, RebuildState::built, "equal; swap it, or cancel");
  note(site, RebuildState::swapping);
  take_over(site, false, RebuildState::swapped);
}

void Rebuilder::take_over(Site& site, bool force, RebuildState outcome) {
  FolderName before = pointer_of(site).current;
  std::optional<FolderName> oldest = pointer_of(site).previous;
  auto old = hand_over(site, force);
  if (!old) return end({&site}, old.error());
  note_progress(site, site.live->gate().reached(), site.live->gate().reached());
  bool is_read = site.is_read();
  std::erase_if(site.retired, [](const auto& store) { return store.expired(); });
  site.retired.push_back(old.value()->store().weak_from_this());
  old.value()->store().flush(true);
  old.value().reset();
  if (oldest && !is_read && outcome == RebuildState::swapped) {
    std::error_code ignored;  // what stays is removed by the next start
    std::filesystem::remove_all(folder_of(site) + "/" + oldest->text(), ignored);
  }
  note(site, outcome, "the one before is kept as " + before.text());
}

base::Result<std::unique_ptr<ViewFold>> Rebuilder::hand_over(Site& site, bool force) {
  BuiltView& built = *site.built;
  while (built.position().value + kHandOverEventsMax < site.live->gate().reached().value) {
    if (!goes_on()) return cancelled();
    TRY(built.follow(engine_, site.live->gate().reached(), RebuildPace::kBusyBatch));
  }
  built.flush();
  base::Result<std::unique_ptr<ViewFold>> outcome =
      base::error(base::ErrorCode::shutting_down, "the server is stopping");
  projector_.run_between_batches([&] { outcome = exchange(site, force); });
  return outcome;
}

// On the projector's thread: nobody folds meanwhile.
base::Result<std::unique_ptr<ViewFold>> Rebuilder::exchange(Site& site, bool force) {
  LiveView& live = *site.live;
  TRY(site.built->follow(engine_, live.position(), RebuildPace::kBusyBatch));
  bool is_equal = site.built->checkpoint().digest == live.digest();
  if (!force && !is_equal)
    return base::error(base::ErrorCode::refused, "the live view has changed since it was compared");
  ViewPointer pointer = pointer_of(site);
  std::string name = std::filesystem::path(site.built->folder()).filename().string();
  TRY(write_pointer(folder_of(site), {*parse_folder_name(name), pointer.current}));
  auto old = live.replace(site.built->keep());
  site.built.reset();
  return old;
}

void Rebuilder::revive(Site& site) {
  ViewPointer pointer = pointer_of(site);
  const ViewKind& kind = site.live->kind();
  auto old = BuiltView::resume(kind, folder_of(site) + "/" + pointer.previous->text(), store_options(options_, kind),
                               engine_.epoch());
  if (!old) return end({&site}, old.error());
  site.built = std::move(old.value());
  BuiltViews one;
  one.push_back(std::move(site.built));
  auto caught_up = fold_up({&site}, one);
  site.built = std::move(one.front());
  if (!caught_up) return end({&site}, caught_up.error());
  take_over(site, true, RebuildState::rolled_back);
}

Position Rebuilder::lowest_applied(const std::vector<Site*>& sites) {
  Position lowest = sites.front()->live->gate().reached();
  for (const Site* site : sites) lowest = std::min(lowest, site->live->gate().reached());
  return lowest;
}

void Rebuilder::end(const std::vector<Site*>& sites, const base::Error& error) {
  bool is_cancelled = error.code == base::ErrorCode::shutting_down;
  for (Site* site : sites) {
    site->built.reset();
    note(*site, is_cancelled ? RebuildState::cancelled : RebuildState::failed, is_cancelled ? "" : error.detail);
  }
}

}  // namespace hansard::projections
