#include "projections/search/index_build.h"

#include <algorithm>

#include "projections/search/index_step.h"

namespace hansard::search {

using projections::RebuildState;

IndexBuild::IndexBuild(OpenedGeneration opened, const projections::RebuildRequest& request, base::Clock& clock)
    : opened_(std::move(opened)),
      request_(request),
      clock_(clock),
      started_(clock.monotonic()),
      is_ordered_(request.swap && !request.compare_only) {
  status_.compare_only = request.compare_only;
}

IndexBuild::~IndexBuild() {
  if (!opened_.file) return;
  opened_.file.reset();
  remove_generation(opened_.generation->path);
}

bool IndexBuild::is_over() const {
  return !opened_.file || status_.state == RebuildState::built || status_.state == RebuildState::differs;
}

base::Result<void> IndexBuild::step(const engine::Engine& engine, IndexFile& live, std::size_t events_max) {
  base::Position last = live.state().position;
  TRY(index_some(engine, *opened_.file, events_max, last));
  note_progress(opened_.file->state().position, last);
  if (opened_.file->state().position == last) {
    TRY(compare(live));
  }
  return base::success();
}

base::Result<void> IndexBuild::step(const engine::Engine& engine, IndexFile& live, projections::RebuildPace& pace) {
  const auto begun = clock_.monotonic();
  pace.look(live.state().position, begun);
  if (pace.must_wait()) {
    due_ = begun + projections::RebuildPace::kLook;
    return base::success();
  }
  const base::Position before = status_.position;
  std::chrono::nanoseconds worked{};
  TRY(pace.is_busy() ? busy_step(engine, live, worked) : step(engine, live, kIdleSliceEvents));
  pace.worked();
  const auto now = clock_.monotonic();
  const std::uint64_t events = status_.position.value - before.value;
  due_ = now + std::max(pace.rest(events, now - begun), pace.breath(worked));
  return base::success();
}

// Only with what live traffic leaves of the processor.
base::Result<void> IndexBuild::busy_step(const engine::Engine& engine, IndexFile& live,
                                         std::chrono::nanoseconds& worked) {
  base::Result<void> outcome = base::success();
  spare_time_.run(clock_.monotonic(), [&] {
    base::WorkWatch watch;
    watch.start();
    outcome = step(engine, live, kBusySliceEvents);
    worked = watch.read();
  });
  return outcome;
}

void IndexBuild::note_progress(base::Position at, base::Position live) {
  double seconds = std::chrono::duration<double>(clock_.monotonic() - started_).count();
  status_.position = at;
  status_.of = live;
  status_.events_per_s = static_cast<double>(at.value) / std::max(seconds, 0.001);
  status_.remaining_s = static_cast<double>(live.value - at.value) / std::max(status_.events_per_s, 1.0);
}

base::Result<void> IndexBuild::compare(IndexFile& live) {
  status_.state = RebuildState::comparing;
  TRY(auto at_end, comparison_.step(live, *opened_.file));
  if (at_end) judge();
  return base::success();
}

void IndexBuild::judge() {
  status_.comparison = comparison_.result();
  bool is_equal = status_.comparison->is_equal();
  std::string words = projections::in_words(*status_.comparison);
  if (request_.compare_only) {
    end(RebuildState::compared, std::move(words));
  } else if (is_ordered_ && (is_equal || is_forced_)) {
    status_.state = RebuildState::swapping;
  } else {
    status_.state = is_equal ? RebuildState::built : RebuildState::differs;
    status_.why = is_equal ? "waits for the order to swap" : words + " waits for cancel, or for a forced swap";
  }
}

void IndexBuild::order_swap(bool force) {
  is_ordered_ = true;
  is_forced_ = force;
  status_.state = RebuildState::building;
  status_.why.clear();
  comparison_ = {};
}

base::Result<OpenedGeneration> IndexBuild::take() {
  TRY(opened_.file->finish_build());
  status_.state = RebuildState::swapped;
  opened_.generation->applied->advance(opened_.file->state().position);
  return std::exchange(opened_, {});
}

void IndexBuild::end(RebuildState state, std::string why) {
  opened_.file.reset();
  if (opened_.generation) remove_generation(opened_.generation->path);
  status_.state = state;
  status_.why = std::move(why);
  status_.remaining_s.reset();
}

}  // namespace hansard::search
