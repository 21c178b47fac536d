#include "projections/search/index_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/this_thread.h"
#include "projections/search/index_step.h"

namespace hansard::search {

using base::MonotonicTime;
using base::Wake;

namespace {
constexpr std::size_t kLoadRows = 20'000;  // some milliseconds: a stop waits for them
}  // namespace

IndexWriter::IndexWriter(engine::Engine& engine, const SearchOptions& options, std::string folder,
                         OpenedGeneration opened, std::function<void(std::shared_ptr<Generation>)> serve)
    : engine_(engine),
      options_(options),
      folder_(std::move(folder)),
      serve_(std::move(serve)),
      pace_(engine, options.rebuild_events_per_s),
      orders_([this] { ring(); }),
      loop_(clock_, engine.durable_gate(), base::in_thread("search writer", [this] { return step(); })) {
  status_.name = "search";
  take(std::move(opened));
}

void IndexWriter::take(OpenedGeneration opened) {
  if (opened.set_aside && options_.on_set_aside) options_.on_set_aside("search", *opened.set_aside);
  opened.generation->applied->on_hurry([back = back_] { back->hurry(); });
  file_ = std::move(opened.file);
  if (file_->has_unscrubbed()) scrub_at_ = clock_.monotonic();
  {
    std::lock_guard lock(mutex_);
    scrubbed_ = cleared_ = {};  // that was another file
    generation_ = opened.generation;
    status_.rebuilding = std::move(opened.set_aside);
    rebuilt_at_ = engine_.durable();
  }
  if (file_->is_loaded()) serve_(std::move(opened.generation));
  publish();
}

void IndexWriter::stop() {
  back_->hurry();  // the batch under way
  loop_.stop();
  if (std::exchange(is_stopped_, true)) return;
  build_.reset();
  const bool goes_on = !failed_ && file_->is_loaded();
  while (goes_on && !failed_ && behind() > 0 && behind() <= SearchView::kStopEventsMax) index_batch();
  file_.reset();
}

std::shared_ptr<Generation> IndexWriter::generation() const {
  std::lock_guard lock(mutex_);
  return generation_;
}

projections::ViewStatus IndexWriter::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

// A file that was set aside or left behind holds words of its time, and so does one that is built and waits for a swap.
base::Result<bool> IndexWriter::purge(base::Position through) {
  bool clean = false;
  {
    std::lock_guard lock(mutex_);
    if (status_.stopped) {
      return base::error(base::ErrorCode::io,
                         "the search view has stopped (" + *status_.stopped + "): start the server again");
    }
    const bool is_alone = orders_.make_way();
    auto failed = std::exchange(clear_failed_, {});
    if (!failed.empty()) return base::error(base::ErrorCode::io, std::move(failed));
    clean = std::min(scrubbed_, cleared_) >= through && is_alone;
    wanted_scrub_ = !clean;
  }
  if (!clean) ring();
  return clean;
}

void IndexWriter::note_scrubbed() {
  std::lock_guard lock(mutex_);
  scrubbed_ = file_->scrubbed_through();
}

// On this thread, which alone makes files here.
void IndexWriter::clear_for_purge() {
  {
    std::lock_guard lock(mutex_);
    if (!std::exchange(wanted_scrub_, false)) return;
  }
  scrub_at_ = std::min(scrub_at_, clock_.monotonic());
  if (build_) return;
  auto cleared = remove_other_files(folder_, generation_->path);
  std::lock_guard lock(mutex_);
  if (cleared) {
    cleared_ = file_->state().position;
    clear_failed_.clear();
  } else {
    clear_failed_ = cleared.error().detail;
  }
}

Wake IndexWriter::step() {
  if (failed_) return {};
  if (!file_->is_loaded()) {
    load_some();
    return {clock_.monotonic(), {}};
  }
  take_orders();
  clear_for_purge();
  note_scrubbed();
  if (generation_->is_damaged) {
    replace("a page of it is damaged");
  } else if (is_due(clock_.monotonic())) {
    index_behind_others();
  } else if (is_building() && clock_.monotonic() >= build_->due()) {
    build_some();
  } else if (behind() < options_.batch_events_max && clock_.monotonic() >= scrub_at_) {
    scrub();
  }
  return wake_later();
}

void IndexWriter::load_some() {
  auto loaded = file_->load_some(kLoadRows);
  if (!loaded) {
    note(loaded.error());
    if (failed_) serve_(nullptr);
    return;
  }
  if (!loaded.value()) return;
  serve_(generation());
  publish();
}

bool IndexWriter::is_due(MonotonicTime now) const {
  if (behind() == 0) return false;
  bool is_early = now < committed_at_ + std::chrono::milliseconds(options_.batch_interval_ms);
  return !is_early || behind() >= options_.batch_events_max;
}

Wake IndexWriter::wake_later() const {
  if (failed_) return {};
  auto later = is_building() ? std::min(scrub_at_, build_->due()) : scrub_at_;
  if (behind() == 0) return {later, file_->state().position.next()};
  if (behind() >= options_.batch_events_max) return {clock_.monotonic(), {}};
  auto due = committed_at_ + std::chrono::milliseconds(options_.batch_interval_ms);
  return {std::min(due, later), base::Position{file_->state().position.value + options_.batch_events_max}};
}

// Lets everybody go first, unless somebody waits.
void IndexWriter::index_behind_others() {
  back_->begin_batch(file_->state().position, engine_.durable(), clock_.monotonic(), !is_far());
  index_batch();
  if (file_) back_->end_batch(file_->state().position);
  back_->stay();
}

void IndexWriter::index_batch() {
  const std::size_t most = is_far() ? options_.rebuild_events_max : options_.batch_events_max;
  committed_at_ = clock_.monotonic();
  bool was_clean = !file_->has_unscrubbed();
  note(index_more(most));
  if (failed_) return;
  if (was_clean && file_->has_unscrubbed()) {
    scrub_at_ = clock_.monotonic() + std::chrono::milliseconds(options_.scrub_interval_ms);
  }
}

base::Result<void> IndexWriter::index_more(std::size_t events_max) {
  auto outcome = index_some(engine_, *file_, events_max, engine_.durable(), back_.get());
  if (outcome || outcome.error().code == base::ErrorCode::refused) publish();
  return outcome;
}

void IndexWriter::note(const base::Result<void>& outcome) {
  if (outcome) return;
  if (outcome.error().code == base::ErrorCode::corrupt) return replace(outcome.error().detail);
  stop_for_good(outcome.error().detail);
}

void IndexWriter::stop_for_good(std::string why) {
  failed_ = true;
  orders_.stop();
  std::lock_guard lock(mutex_);
  status_.stopped = std::move(why);
}

void IndexWriter::publish() {
  const IndexState& state = file_->state();
  std::shared_ptr<Generation> generation;
  {
    std::lock_guard lock(mutex_);
    status_.applied = state.position;
    status_.digest = state.digest.hex();
    status_.unknown_events = state.unknown_events;
    if (state.position >= rebuilt_at_) status_.rebuilding.reset();
    generation = generation_;
  }
  if (!file_->is_loaded()) return;
  generation->applied->advance(state.position);
  if (retired_ && retired_->reached() < state.position) retired_->advance(state.position);
}

void IndexWriter::scrub() {
  auto done = file_->scrub_some();
  if (!done) return note(done.error());
  scrub_at_ = clock_.monotonic();
  if (!done.value()) return;
  scrub_at_ = file_->has_unscrubbed() ? scrub_at_ + std::chrono::milliseconds(options_.scrub_interval_ms)
                                      : MonotonicTime::max();
  note_scrubbed();
}

void IndexWriter::replace(const std::string& why) {
  if (build_) end_build(projections::RebuildState::failed, "the serving file was damaged and is built again");
  file_.reset();
  auto opened =
      replaced_++ < kReplacedMax
          ? replace_generation(engine_, folder_, options_.shelf_bits, why)
          : base::Result<OpenedGeneration>(base::error(base::ErrorCode::io, "damaged again and again: " + why));
  if (opened) {
    retired_ = generation_->applied;
    return take(std::move(opened.value()));
  }
  serve_(nullptr);
  stop_for_good(opened.error().detail);
}

}  // namespace hansard::search
