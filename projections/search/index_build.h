// The next generation of the index, built from the log beside the one that serves, compared with it at one position,
// and handed over in one step ("blue/green" in docs/GLOSSARY.md). The live writer runs it in slices between its own
// batches, so that one thread writes both files and live messages come first; what a slice leaves to others is
// projections/rebuild_pace.h's business.
//
// Invariants: the serving generation is untouched until the step that replaces it; one that differs is not handed over
// unless forced. Until it is handed over a start removes the file.
// Thread: the writer's. Owns: the file; removes it when it is not taken.
// Limits: what one step takes.
#pragma once

#include <memory>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/spare_time.h"
#include "engine/base/work_watch.h"
#include "projections/rebuild_pace.h"
#include "projections/rebuild_status.h"
#include "projections/search/generation.h"
#include "projections/search/index_compare.h"

namespace hansard::search {

class IndexBuild {
 public:
  // A slice is a transaction: a few milliseconds' worth while somebody writes, however much costs least while nobody
  // does.
  static constexpr std::size_t kBusySliceEvents = 200, kIdleSliceEvents = 20'000;

  IndexBuild(OpenedGeneration opened, const projections::RebuildRequest& request, base::Clock& clock);
  ~IndexBuild();

  // One more slice of at most so many events, up to where `live` stands; there the two are compared.
  base::Result<void> step(const engine::Engine& engine, IndexFile& live, std::size_t events_max);
  // The same beside live traffic: as much as `pace` allows, if anything.
  base::Result<void> step(const engine::Engine& engine, IndexFile& live, projections::RebuildPace& pace);
  // When the next of those is due.
  base::MonotonicTime due() const { return due_; }
  // Goes on from where it was compared, to be compared again before it is taken.
  void order_swap(bool force);

  // Compared, and ordered to take over.
  bool is_ready() const { return status_.state == projections::RebuildState::swapping; }
  // Makes it the one that a start opens. Afterwards this is empty.
  base::Result<OpenedGeneration> take();

  const projections::RebuildStatus& status() const { return status_; }
  // It needs no more steps.
  bool is_over() const;
  void end(projections::RebuildState state, std::string why);

 private:
  // `worked`: what it took.
  base::Result<void> busy_step(const engine::Engine& engine, IndexFile& live, std::chrono::nanoseconds& worked);
  void note_progress(base::Position at, base::Position live);
  base::Result<void> compare(IndexFile& live);
  void judge();

  OpenedGeneration opened_;
  const projections::RebuildRequest request_;
  base::Clock& clock_;
  const base::MonotonicTime started_;
  base::SpareTime spare_time_{"spare search"};
  base::MonotonicTime due_{};
  bool is_ordered_ = false;
  bool is_forced_ = false;
  projections::RebuildStatus status_;
  IndexComparison comparison_;
};

}  // namespace hansard::search
