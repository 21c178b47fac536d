// Full-text search over the log: the view's façade. A writer thread folds durable events into the index, a few reader
// threads answer questions; nobody who asks waits for either.
//
// Invariants: I3 indexed <= durable; I7; I8. An answer stands for one position, `indexed_through`.
// Thread: any; `done` runs on a reader thread, or at once on the caller's, and must only post elsewhere.
// Owns: the files under `data_folder`/views/search and its threads. The engine outlives it.
// Limits: SearchOptions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/position_gate.h"
#include "engine/base/result.h"
#include "engine/engine.h"
#include "projections/rebuild_status.h"
#include "projections/search/catalog.h"
#include "projections/search/question.h"
#include "projections/views.h"

namespace hansard::search {

struct SearchOptions {
  std::string data_folder;
  std::size_t batch_events_max = 1'000;         // of one commit beside live traffic
  std::uint32_t batch_interval_ms = 50;         // a commit at most this often, unless a batch is full
  std::size_t rebuild_events_max = 20'000;      // of one commit while far behind
  std::uint32_t rebuild_events_per_s = 40'000;  // of a rebuild beside live traffic
  std::uint32_t readers = 2;                    // threads
  std::size_t questions_waiting_max = 256;      // beyond it: overloaded
  std::uint32_t scrub_interval_ms = 30'000;     // removed words leave the file's bytes about this long afterwards
  unsigned shelf_bits = kShelfBits;             // a file with others is indexed anew
  Budgets budgets;
  projections::OnSetAside on_set_aside = {};  // thread: the caller's of open, or the writer's
};

class SearchView {
 public:
  // A file that cannot serve is set aside and indexed anew behind the caller's back. Errors: in_use, io, disk_full.
  static base::Result<std::unique_ptr<SearchView>> open(engine::Engine& engine, const SearchOptions& options);
  virtual ~SearchView() = default;

  using Done = std::function<void(base::Result<Found>)>;
  // `overloaded` when too many wait; `behind` for a cursor above what is indexed; `corrupt` when the index turned out
  // damaged: it is being built again.
  virtual void ask(Question question, Done done) = 0;

  virtual base::Position applied() const = 0;
  // Of the generation that serves now: a position below one that was reached before means it is being built again.
  virtual std::shared_ptr<base::PositionGate> applied_gate() const = 0;
  virtual projections::ViewStatus status() const = 0;
  // The index built again beside the one that serves, compared row by row and swapped (index_build.h). There is no
  // rollback: the old file is gone, a rebuild makes it again. Errors: refused, with what to do, when it cannot be done
  // now.
  virtual base::Result<void> rebuild(const projections::RebuildRequest& request) = 0;
  // What rebuild would say now, and no more.
  virtual base::Result<void> may_rebuild() const = 0;
  virtual base::Result<void> swap(bool force) = 0;
  virtual base::Result<void> cancel() = 0;
  virtual std::optional<projections::RebuildStatus> rebuild_status() const = 0;
  // True once no word of what was removed up to `through` is left in the bytes of any file. Asking hurries the
  // cleaning, which waits for the end of a rebuild; after false, call again later. Errors: io.
  virtual base::Result<bool> purge(base::Position through) = 0;
  // From here on questions are answered with `shutting_down`, also those that wait already: who asked need not wait for
  // stop. Idempotent.
  virtual void refuse() = 0;
  // Indexes what is durable (at most kStopEventsMax events of it) and closes. Idempotent.
  virtual void stop() = 0;

  static constexpr std::uint64_t kStopEventsMax = 50'000;
};

}  // namespace hansard::search
