// Rows in memory, with everything a view's database answers: for a fold that nobody keeps, such as one conversation of
// a stopped server.
//
// Thread: one. Limits: none of its own; holds what it is given.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "projections/view_store.h"

namespace hansard::projections {

class RowMap final : public StoreSnapshot {
 public:
  const Checkpoint& checkpoint() const override { return checkpoint_; }
  std::optional<std::string_view> get(std::string_view key, std::string& scratch) const override;
  // Its end does not survive a commit.
  std::unique_ptr<RowCursor> cursor() const override;
  void commit(std::span<const RowChange> changes, const Checkpoint& checkpoint);

 private:
  // Rows made by this process are whole; if they are not, there is nothing to set aside.
  void mark_damaged() const override {}

  std::map<std::string, std::string, std::less<>> rows_;
  Checkpoint checkpoint_;
};

}  // namespace hansard::projections
