#include "projections/process/blob_sweeper.h"

#include <algorithm>
#include <utility>

namespace hansard::process {

using files::BlobFolder;

BlobSweeper::BlobSweeper(Parts parts, std::chrono::milliseconds round)
    : parts_(std::move(parts)), shard_interval_(std::chrono::nanoseconds(round) / BlobFolder::kShards) {}

base::MonotonicTime BlobSweeper::step() {
  const auto now = parts_.clock.monotonic();
  if (!suspects_.empty()) {
    if (parts_.views.applied() < since_) return now + kViewPoll;
    judge();
  }
  if (now >= next_shard_at_) {
    next_shard_at_ = now + shard_interval_;
    suspect_shard();
  }
  return suspects_.empty() ? next_shard_at_ : std::min(next_shard_at_, now + kViewPoll);
}

// A first look at whatever the view shows spares most of them the rest.
void BlobSweeper::suspect_shard() {
  auto found = parts_.store.list(next_shard_++ % BlobFolder::kShards);
  if (!found) return parts_.trouble(found.error());
  const auto snapshot = parts_.views.snapshot();
  for (const auto& sha256 : found.value()) {
    if (suspects_.size() == kSuspectsMax) break;
    if (!snapshot->is_blob_used(sha256) && parts_.store.condemn(sha256)) suspects_.push_back(sha256);
  }
  since_ = parts_.engine.durable();
}

void BlobSweeper::judge() {
  const auto snapshot = parts_.views.snapshot();
  for (const auto& sha256 : std::exchange(suspects_, {})) {
    if (snapshot->is_blob_used(sha256)) {
      parts_.store.spare(sha256);
    } else if (auto removed = parts_.store.remove(sha256); !removed) {
      parts_.trouble(removed.error());
    }
  }
}

}  // namespace hansard::process
