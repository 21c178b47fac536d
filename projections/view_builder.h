// Views folded from the log's beginning into new databases, all from one read of it. What is not kept when the builder
// goes is removed from the disk.
//
// Invariants: I8; what is built stands where the checkpoint says, also after a crash, and counts for nothing until a
// pointer names it (view_pointer.h).
// Thread: one at a time. Owns: the folders of what it builds.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "projections/bulk_fold.h"
#include "projections/keys.h"
#include "projections/view_fold.h"
#include "projections/view_kind.h"
#include "projections/view_store.h"

namespace hansard::projections {

class BuiltView {
 public:
  // `refused` where the folder holds something.
  static base::Result<std::unique_ptr<BuiltView>> start(const ViewKind& kind, std::string folder,
                                                        const StoreOptions& options, std::uint32_t epoch);
  // An older database, to go on with; it is never removed by this.
  static base::Result<std::unique_ptr<BuiltView>> resume(const ViewKind& kind, std::string folder,
                                                         const StoreOptions& options, std::uint32_t epoch);
  ~BuiltView();

  const ViewKind& kind() const { return kind_; }
  const std::string& folder() const { return folder_; }
  Position position() const { return fold_->checkpoint().position; }
  const Checkpoint& checkpoint() const { return fold_->checkpoint(); }
  std::shared_ptr<const StoreSnapshot> snapshot() const { return fold_->store().snapshot(); }
  base::Result<void> fold(std::span<const engine::EventPtr> events) { return fold_->fold(events); }
  // By reads of its own, up to `last`.
  base::Result<void> follow(const engine::Engine& engine, Position last, std::size_t events_max);
  // To go on as fast as this machine can; until it goes, nothing else folds.
  std::unique_ptr<BulkFold> bulk() const;
  void flush() { fold_->store().flush(true); }
  void set_breath(std::function<bool()> breath) { fold_->set_breath(std::move(breath)); }
  // What is built stays on the disk, and the caller goes on with it.
  std::unique_ptr<ViewFold> keep();

 private:
  BuiltView(const ViewKind& kind, std::string folder, std::unique_ptr<ViewFold> fold, bool is_kept)
      : kind_(kind), folder_(std::move(folder)), fold_(std::move(fold)), is_kept_(is_kept) {}

  const ViewKind& kind_;
  const std::string folder_;
  std::unique_ptr<ViewFold> fold_;
  bool is_kept_;
};

using BuiltViews = std::vector<std::unique_ptr<BuiltView>>;

// One read for all of them, which stand at one position: the next batch up to `last`.
base::Result<void> build_batch(const engine::Engine& engine, const BuiltViews& views, Position last,
                               std::size_t events_max);

// The same up to `last`, as fast as this machine can: the next batch is read while this one is folded and the one
// before is written (bulk_fold.h), and the views fold on threads of their own. `progress` is called about ten times a
// second with the position reached.
base::Result<void> build_through(const engine::Engine& engine, const BuiltViews& views, Position last,
                                 const std::function<void(Position)>& progress);

}  // namespace hansard::projections
