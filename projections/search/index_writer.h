// The index's side of the corridor: read from the checkpoint up to the durable position, fold, commit, tell, wait at
// the durable gate. A commit right away when it has been quiet, then at most one per interval, so that a single message
// is searchable at once and a flood in good batches. Between batches removed words are merged out of the bytes.
//
// What the catalog of a large file holds is loaded on this thread, so a start does not wait for it; questions do.
//
// A damaged file is set aside and indexed anew, kReplacedMax times in the life of a process. Any other failure stops
// the view for good; what was indexed stays served.
//
// Thread: its own (base::Loop); start and stop from the owner; ring and status from any.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/loop.h"
#include "engine/base/step_back.h"
#include "engine/engine.h"
#include "projections/search/generation.h"
#include "projections/search/index_build.h"
#include "projections/search/rebuild_orders.h"
#include "projections/search/search_view.h"
#include "projections/views.h"

namespace hansard::search {

class IndexWriter {
 public:
  static constexpr unsigned kReplacedMax = 3;

  // `serve` gets each generation once it is loaded, on the writer's thread after the first; nothing where there will be
  // none any more.
  IndexWriter(engine::Engine& engine, const SearchOptions& options, std::string folder, OpenedGeneration opened,
              std::function<void(std::shared_ptr<Generation>)> serve);
  ~IndexWriter() { stop(); }
  void start() { loop_.start(); }
  void stop();
  void ring() {
    back_->hurry();
    loop_.ring();
  }

  // The rebuild of index_build.h.
  RebuildOrders& orders() { return orders_; }
  const RebuildOrders& orders() const { return orders_; }

  // See SearchView. Thread: any.
  base::Result<bool> purge(base::Position through);

  std::shared_ptr<Generation> generation() const;
  projections::ViewStatus status() const;

 private:
  base::Wake step();
  void load_some();
  base::Wake wake_later() const;
  bool is_due(base::MonotonicTime now) const;
  bool is_building() const { return build_ && !build_->is_over(); }
  std::uint64_t behind() const { return engine_.durable().value - file_->state().position.value; }
  void index_batch();
  void index_behind_others();
  bool is_far() const { return behind() > 4 * options_.batch_events_max; }
  base::Result<void> index_more(std::size_t events_max);
  void note(const base::Result<void>& outcome);
  void publish();
  void scrub();
  void note_scrubbed();
  void clear_for_purge();
  void take_orders();
  void build_some();
  void swap_built();
  void end_build(projections::RebuildState state, std::string why);
  void stop_for_good(std::string why);
  void replace(const std::string& why);
  void take(OpenedGeneration opened);

  engine::Engine& engine_;
  const SearchOptions options_;
  const std::string folder_;
  const std::function<void(std::shared_ptr<Generation>)> serve_;
  base::Clock& clock_ = base::system_clock();
  std::unique_ptr<IndexFile> file_;
  base::MonotonicTime committed_at_{};
  base::MonotonicTime scrub_at_ = base::MonotonicTime::max();
  unsigned replaced_ = 0;
  projections::RebuildPace pace_;
  std::unique_ptr<IndexBuild> build_;
  std::shared_ptr<base::PositionGate> retired_;  // of the generation before: somebody may still wait there
  const std::shared_ptr<base::StepBack> back_ = std::make_shared<base::StepBack>();
  bool failed_ = false;
  bool is_stopped_ = false;
  RebuildOrders orders_;

  mutable std::mutex mutex_;
  std::shared_ptr<Generation> generation_;
  projections::ViewStatus status_;
  base::Position rebuilt_at_;
  bool wanted_scrub_ = false;  // until the writer takes it
  base::Position scrubbed_;    // what was removed up to here is out of the file's bytes
  base::Position cleared_;     // where the file was when it was alone in its folder
  std::string clear_failed_;

  base::Loop loop_;
};

}  // namespace hansard::search
