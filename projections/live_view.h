// One view while the server runs: its database, how far it has come, and the snapshot that readers share. When a
// rebuilt database takes the place of the old one, snapshots of the old one stay readable until they are dropped.
//
// Invariants: the applied position never goes back, also not when the database is replaced. What has stopped stays
// served, and folds nothing until it is replaced.
// Thread: what is marked so belongs to the projector; the rest from any.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "engine/base/position_gate.h"
#include "engine/base/step_back.h"
#include "engine/engine.h"
#include "projections/open_view.h"
#include "projections/view_fold.h"
#include "projections/views.h"

namespace hansard::projections {

// What a view's database may use, and the folder of all its versions and generations.
StoreOptions store_options(const ViewOptions& options, const ViewKind& kind);
std::string view_folder(const ViewOptions& options, const ViewKind& kind);

class LiveView {
 public:
  LiveView(const engine::Engine& engine, const ViewKind& kind, OpenedView opened);

  const ViewKind& kind() const { return kind_; }
  base::PositionGate& gate() { return gate_; }
  const base::PositionGate& gate() const { return gate_; }
  ViewStatus status() const;

  struct Current {
    std::shared_ptr<const StoreSnapshot> rows;  // of the last commit
    std::uint64_t generation = 0;               // rises when the database is replaced
  };
  Current current() const;
  // See ViewStore::purge; of the database that serves now.
  base::Result<bool> purge(Position through);

  // The projector's.
  Position position() const { return fold_->checkpoint().position; }
  const RowDigest& digest() const { return fold_->checkpoint().digest; }
  bool has_stopped() const { return has_stopped_; }
  // Folds, commits and tells the readers; what cannot be applied stops the view. `events` follow the checkpoint. What
  // nobody but the reader of this view waits for is done in a stretch of `back`.
  void fold(std::span<const engine::EventPtr> events, base::StepBack& back);
  void stop_for_good(std::string why);
  // What was folded since the last flush is put on disk.
  void flush(bool wait);
  // `rebuilt` stands at the view's position, or beyond. Answers the old one.
  std::unique_ptr<ViewFold> replace(std::unique_ptr<ViewFold> rebuilt);

 private:
  base::Result<void> fold_behind(std::span<const engine::EventPtr> events, base::StepBack& back);
  // The snapshot first: who waited at the gate must find what he waited for.
  void publish();

  const ViewKind& kind_;
  const Position rebuilt_at_;
  std::unique_ptr<ViewFold> fold_;
  base::PositionGate gate_;
  bool has_stopped_ = false;
  bool is_unflushed_ = false;

  mutable std::mutex mutex_;
  Current current_;
  std::shared_ptr<ViewStore> store_;  // that of current_
  std::optional<std::string> stopped_;
  std::optional<std::string> rebuilding_;
};

}  // namespace hansard::projections
