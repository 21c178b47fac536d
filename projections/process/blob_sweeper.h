// Removes the bytes that no file needs any more: of files that were collected, of uploads whose command was refused,
// and what a crash left between bytes and event. It looks at the store itself, shard by shard, round and round, so
// there is nothing to remember and nothing to lose.
//
// A blob goes in three steps (engine/files/blob_pins.h): condemned where no upload holds it, judged by a view that has
// applied everything that was durable after that, then removed. A view that lags delays it, never errs.
//
// Thread: one at a time. Limits: kSuspectsMax blobs at once.
#pragma once

#include <functional>
#include <vector>

#include "engine/engine.h"
#include "engine/files/blob_store.h"
#include "projections/process/timers.h"
#include "projections/views.h"

namespace hansard::process {

class BlobSweeper final : public Timer {
 public:
  static constexpr std::size_t kSuspectsMax = 1'000;
  static constexpr std::chrono::milliseconds kViewPoll{100};

  struct Parts {
    engine::Engine& engine;
    projections::Views& views;
    files::BlobStore& store;
    base::Clock& clock;
    std::function<void(const base::Error&)> trouble;  // a folder or blob the system will not have touched
  };

  // `round`: how long one look at all shards takes.
  BlobSweeper(Parts parts, std::chrono::milliseconds round);
  base::MonotonicTime step() override;

 private:
  void suspect_shard();
  void judge();

  Parts parts_;
  const std::chrono::nanoseconds shard_interval_;
  unsigned next_shard_ = 0;
  base::MonotonicTime next_shard_at_{};
  std::vector<base::Digest> suspects_;  // condemned
  base::Position since_;                // durable after the last was condemned
};

}  // namespace hansard::process
