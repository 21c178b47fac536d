#include "projections/process/erase_offline.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>

#include "engine/files/blob_store.h"
#include "projections/process/eraser.h"
#include "projections/view_kind.h"
#include "projections/views.h"

namespace hansard::process {

using base::Result;

namespace {
constexpr std::size_t kOpenMax = 1'000;
constexpr std::chrono::seconds kLookAgain{1};

class OfflineRun {
 public:
  static Result<std::unique_ptr<OfflineRun>> open(const std::string& data_folder) {
    auto run = std::unique_ptr<OfflineRun>(new OfflineRun);
    engine::Options options;
    options.data_folder = data_folder;
    TRY(run->engine_, engine::Engine::open(options, run->clock_));
    projections::ViewOptions views;
    views.data_folder = data_folder;
    TRY(run->views_, projections::Views::open(*run->engine_, views));
    files::BlobOptions files;
    files.folder = data_folder + "/files";
    TRY(run->files_, files::BlobStore::open(files));
    run->desk_.emplace(*run->engine_);
    run->make_eraser();
    TRY(run->wait_for(run->engine_->durable()));
    return run;
  }
  ~OfflineRun() {
    if (views_) views_->stop();
    if (engine_) engine_->stop();
  }

  // Nothing is done where there is nothing to erase, or a hold that the copy has forbids it.
  Result<void> ask(const OfflineErasure& wanted, OfflineErasures& report) {
    if (views_->snapshot()->erasure(*wanted.id)) return base::success();
    std::vector<Proposal> proposals;
    proposals.push_back({domain::RequestErasure{*wanted.id, wanted.scope, wanted.reason}, {}, ""});
    const auto answer = std::move(desk_->run(std::move(proposals)).front());
    const auto* done = std::get_if<engine::Done>(&answer);
    if (done == nullptr) return note_refusal(answer, report);
    if (!std::holds_alternative<domain::ErasureRequested>(*done->events.front()->body)) ++report.held;
    return wait_for(done->position);
  }

  // One that was asked for. What a hold keeps is left open.
  Result<void> finish(const base::ErasureId& id, OfflineErasures& report) {
    const auto known = views_->snapshot()->erasure(id);
    if (!known) return base::success();
    if (!known->completed_at) return carry_out(id, report);
    ++report.already;
    return base::success();
  }

  void name(OfflineErasure& erasure) {
    if (!erasure.id) erasure.id = base::ErasureId{uuids_.next()};
  }

  // One that was complete where the list comes from.
  Result<void> redo(const OfflineErasure& wanted, OfflineErasures& report) {
    const auto held = report.held;
    TRY(ask(wanted, report));
    TRY(finish(*wanted.id, report));
    if (report.held == held) return base::success();
    return base::error(base::ErrorCode::refused,
                       "the erasure " + base::to_text(*wanted.id) +
                           " was complete, and a legal hold of the copy keeps what it took: give the items of "
                           "GET /api/v1/admin/holds, with those that were released, as JSON lines with --holds");
  }

  // Of a conversation that the copy does not have there is nothing to keep.
  Result<void> place(const OfflineHold& wanted, OfflineErasures& report) {
    if (wanted.is_released || views_->snapshot()->hold(wanted.id)) return base::success();
    return propose(domain::PlaceHold{wanted.id, wanted.scope, wanted.reason}, report.holds_placed);
  }

  Result<void> release(const OfflineHold& wanted, OfflineErasures& report) {
    const auto known = views_->snapshot()->hold(wanted.id);
    if (!wanted.is_released || !known || known->released_at) return base::success();
    return propose(domain::ReleaseHold{wanted.id, "released after the copy was made"}, report.holds_released);
  }

 private:
  OfflineRun() : clock_(base::system_clock()), uuids_(clock_) {}

  Result<void> propose(domain::Command command, std::uint64_t& count) {
    std::vector<Proposal> proposals;
    proposals.push_back({std::move(command), {}, ""});
    const auto answer = std::move(desk_->run(std::move(proposals)).front());
    if (is_for_later(answer)) return takes_nothing();
    const auto* done = std::get_if<engine::Done>(&answer);
    if (done == nullptr) return base::success();
    ++count;
    return wait_for(done->position);
  }

  void make_eraser() {
    eraser_.emplace(Eraser::Parts{*engine_, *views_, clock_, *desk_, files_.get(),
                                  [this](const base::Error& error) { trouble_ = error; },
                                  [](base::Position) { return true; }});
  }

  static Result<void> note_refusal(const engine::Answer& answer, OfflineErasures& report) {
    if (is_for_later(answer)) return takes_nothing();
    ++report.nothing;
    return base::success();
  }

  static base::Error takes_nothing() {
    return base::error(base::ErrorCode::io, "the log takes no commands: is the disk full?");
  }

  base::Result<void> wait_for(base::Position position) {
    while (!views_->applied_gate().wait_for(position, kLookAgain)) {
      for (const auto& view : views_->status()) {
        if (view.name == projections::chat_kind().name && view.stopped)
          return base::error(base::ErrorCode::corrupt, view.name + ": " + *view.stopped);
      }
    }
    return base::success();
  }

  Result<void> carry_out(const base::ErasureId& id, OfflineErasures& report) {
    eraser_->keep_to(id);
    for (;;) {
      const auto due = eraser_->step();
      if (trouble_) return *trouble_;
      const auto now = views_->snapshot()->erasure(id);
      if (now && now->completed_at) {
        ++report.complete;
        report.messages += now->erased;
        report.records += now->records;
        return base::success();
      }
      if (eraser_->waits_for_release(id)) {
        ++report.held;
        return base::success();
      }
      std::this_thread::sleep_until(due);
    }
  }

  base::Clock& clock_;
  base::UuidSource uuids_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<projections::Views> views_;
  std::unique_ptr<files::BlobStore> files_;
  std::optional<CommandDesk> desk_;
  std::optional<Eraser> eraser_;
  std::optional<base::Error> trouble_;
};
}  // namespace

Result<OfflineErasures> erase_offline(const std::string& data_folder, std::vector<OfflineErasure> erasures,
                                      const std::vector<OfflineHold>& holds,
                                      const std::function<void(std::uint64_t done)>& progress) {
  TRY(auto run, OfflineRun::open(data_folder));
  std::error_code failed;
  std::filesystem::remove_all(data_folder + "/views/search", failed);
  if (failed) return base::error(base::ErrorCode::io, "the search index cannot be removed: " + failed.message());
  OfflineErasures report;
  std::uint64_t done = 0;
  for (auto& erasure : erasures) run->name(erasure);
  const auto open =
      std::stable_partition(erasures.begin(), erasures.end(), [](const auto& e) { return e.is_complete; });
  for (const auto& hold : holds) {
    TRY(run->release(hold, report));
  }
  for (auto erasure = erasures.begin(); erasure != open; ++erasure) {
    TRY(run->redo(*erasure, report));
    progress(++done);
  }
  for (auto erasure = open; erasure != erasures.end(); ++erasure) {
    TRY(run->ask(*erasure, report));
  }
  for (const auto& hold : holds) {
    TRY(run->place(hold, report));
  }
  for (auto erasure = open; erasure != erasures.end(); ++erasure) {
    TRY(run->finish(*erasure->id, report));
    progress(++done);
  }
  return report;
}

}  // namespace hansard::process
