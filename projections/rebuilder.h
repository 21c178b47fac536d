// Views built again while the old ones serve (blue/green, docs/adr/0031-views-are-replaced-by-a-pointer.md): one read
// of the log feeds new databases beside the live ones, at a pace that leaves live traffic alone; each catches up, is
// compared with the live one at one position, and takes its place in one step. The old one stays for a rollback until
// the next swap, or until it is dropped.
//
// Invariants: the live view is untouched until the step that replaces it, whatever fails or crashes before; a view that
// differs is not swapped unless forced; the applied position never goes back. What a crash left is removed by the next
// start (open_view.h).
// Thread: calls from any, they only give an order or read; the work runs on a thread of its own, the handing over
// itself on the projector's. Limits: one order at a time; ViewOptions::rebuild_events_per_s beside live traffic.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/base/spare_time.h"
#include "engine/base/work_watch.h"
#include "engine/engine.h"
#include "projections/live_view.h"
#include "projections/projector.h"
#include "projections/rebuild_pace.h"
#include "projections/rebuild_status.h"
#include "projections/view_builder.h"
#include "projections/view_pointer.h"

namespace hansard::projections {

class Rebuilder {
 public:
  // All outlive it.
  Rebuilder(engine::Engine& engine, std::vector<LiveView*> views, Projector& projector, const ViewOptions& options);
  ~Rebuilder();
  // Ends what is under way; nothing half-built stays. Idempotent.
  void stop();

  // Errors of all: not_found for a name that is no view's; refused, with what to do, when it cannot be done now.
  base::Result<void> start(const RebuildRequest& request);
  base::Result<void> swap(const std::string& view, bool force);
  base::Result<void> roll_back(const std::string& view);
  base::Result<void> drop(const std::string& view);
  base::Result<void> cancel(const std::string& view);
  // Of every view all databases go but the one that serves: what is built and waits, what is kept for a rollback, what
  // was set aside, what another version left. For erasures: those hold what was erased since. Refused while one is
  // built or still read.
  base::Result<void> keep_only_live();

  std::vector<RebuildableView> views() const;
  // False: an order is still under way after so long. For tests.
  bool wait_for_end(std::chrono::nanoseconds most);

 private:
  struct Site {
    LiveView* live = nullptr;
    std::optional<RebuildStatus> status;
    std::unique_ptr<BuiltView> built;  // between an order that built it and one that takes it
    base::MonotonicTime started{};
    std::vector<std::weak_ptr<ViewStore>> retired;  // what served before; somebody may still read it
    bool is_read() const;                           // one of those
    bool waits_for_swap() const;
  };
  using Order = std::function<void()>;
  using Check = std::function<base::Result<void>()>;

  base::Result<void> keep_only_live(Site& site);
  base::Result<Site*> find(const std::string& view);
  // `may` is asked when no other order is under way or can come; without one, always.
  base::Result<void> give(Order order, const std::vector<Site*>& sites, RebuildStatus first, const Check& may = {});
  void run();
  bool goes_on() const { return !cancelled_ && !stopping_; }
  // False: cancelled meanwhile.
  bool sleep(std::chrono::nanoseconds most);

  void build(const std::vector<Site*>& sites, const RebuildRequest& request);
  base::Result<void> open_sites(const std::vector<Site*>& sites, BuiltViews& built);
  base::Result<void> fold_up(const std::vector<Site*>& sites, BuiltViews& built);
  base::Result<void> fold_batches(const std::vector<Site*>& sites, BuiltViews& built);
  base::Result<std::chrono::nanoseconds> fold_batch(const BuiltViews& built, Position last);
  bool take_breath();
  base::Result<void> compare(Site& site);
  base::Result<ViewComparison> compare_at(Site& site, Position least, bool with_rows);
  void settle(Site& site, const RebuildRequest& request);
  void take_over(Site& site, bool force, RebuildState outcome);
  base::Result<std::unique_ptr<ViewFold>> hand_over(Site& site, bool force);
  base::Result<std::unique_ptr<ViewFold>> exchange(Site& site, bool force);
  void revive(Site& site);

  std::string folder_of(const Site& site) const;
  ViewPointer pointer_of(const Site& site) const;
  void note(Site& site, RebuildState state, std::string why = "");
  void note_progress(Site& site, Position position, Position of);
  static Position lowest_applied(const std::vector<Site*>& sites);
  void end(const std::vector<Site*>& sites, const base::Error& error);

  engine::Engine& engine_;
  Projector& projector_;
  const ViewOptions options_;
  RebuildPace pace_;
  base::SpareTime spare_time_{"spare rebuilder"};
  base::WorkWatch piece_;  // the work since the last breath; of the thread that does it
  std::vector<Site> sites_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Order order_;
  bool is_busy_ = false;
  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace hansard::projections
