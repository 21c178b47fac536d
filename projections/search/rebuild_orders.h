// What others ask about a rebuild of the index, and what they are told of it: a letter box between them and the writer,
// which takes the orders between its batches and carries them out (index_writer_build.cpp).
//
// Thread: any; `take`, `note`, `end` and `stop` the writer's. Limits: one rebuild at a time. Errors: as SearchView
// says.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "projections/rebuild_status.h"

namespace hansard::search {

class RebuildOrders {
 public:
  // `ring` wakes the writer; called outside of the lock.
  explicit RebuildOrders(std::function<void()> ring) : ring_(std::move(ring)) {}

  base::Result<void> rebuild(const projections::RebuildRequest& request);
  base::Result<void> may_rebuild() const;
  base::Result<void> swap(bool force);
  base::Result<void> cancel();
  std::optional<projections::RebuildStatus> status() const;
  // For a purge: what waits for a swap is cancelled, and the texts that a comparison showed are forgotten. True:
  // nothing is built, nor asked for.
  bool make_way();

  struct Orders {
    std::optional<projections::RebuildRequest> build;
    std::optional<bool> swap;  // forced?
    bool cancel = false;
  };
  Orders take();
  void note(projections::RebuildStatus status);
  // Of one that was asked for, whether it was begun or not.
  void end(projections::RebuildState state, std::string why);
  // There will be no more.
  void stop();

 private:
  base::Result<void> may_rebuild_locked() const;

  const std::function<void()> ring_;
  mutable std::mutex mutex_;
  Orders wanted_;
  std::optional<projections::RebuildStatus> status_;
  bool is_stopped_ = false;
};

}  // namespace hansard::search
