// A view folded in large batches, as fast as this machine can: while the rows of one batch are sorted, hashed and
// written as a file, the next is applied on top of them. What a view of its own thread folds beside live traffic is
// view_fold.h.
//
// Invariants: I7; I8. Every commit is a whole batch with its checkpoint, in order, as with ViewFold.
// Thread: one, and a helper of its own that reads the batch it writes. Nobody else commits to the database meanwhile.
// Limits: holds the rows of two batches.
#pragma once

#include <array>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/engine.h"
#include "projections/row_batch.h"
#include "projections/view_kind.h"
#include "projections/view_store.h"

namespace hansard::projections {

class BulkFold {
 public:
  BulkFold(const ViewKind& kind, std::shared_ptr<ViewStore> store, std::uint32_t epoch);
  ~BulkFold();
  BulkFold(const BulkFold&) = delete;
  BulkFold& operator=(const BulkFold&) = delete;

  // Applies all of `events`, which may be in the database only after `settle`. `corrupt`, naming the position, when one
  // cannot follow or be applied; those before it are committed.
  base::Result<void> fold(std::span<const engine::EventPtr> events);
  // On return the database has all that was applied.
  void settle();

 private:
  // The database as it will be when the batch under way is written.
  class Below final : public RowSource {
   public:
    Below(BulkFold& fold, const RowBatch& written) : fold_(fold), written_(written) {}
    std::optional<std::string_view> get(std::string_view key, std::string& scratch) const override;
    std::vector<std::string> keys_with(std::string_view prefix) const override;

   private:
    void mark_damaged() const override;
    BulkFold& fold_;
    const RowBatch& written_;
  };

  RowBatch& applied_rows() { return rows_[applying_]; }
  void start_over();
  void write_behind(std::size_t events);

  const ViewKind& kind_;
  const std::shared_ptr<ViewStore> store_;
  const std::uint32_t epoch_;
  std::array<Below, 2> below_;
  std::array<RowBatch, 2> rows_;
  std::size_t applying_ = 0;  // the other one is being written, or was
  Checkpoint next_;           // what was applied leads to, but for the digest
  std::future<void> writing_;
};

}  // namespace hansard::projections
