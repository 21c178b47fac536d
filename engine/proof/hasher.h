// Grows the tree behind the log and signs it: reads what became durable, hashes the leaves, extends the stored hashes,
// stores a signed checkpoint and only then shows it.
//
// Invariants: nothing above the durable position is hashed; a checkpoint is shown after it and every hash below it are
// on stable storage; sizes that are signed only grow within an epoch.
// Thread: step from one; checkpoint and counters from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "engine/base/clock.h"
#include "engine/log/event_log.h"
#include "engine/proof/checkpoint_file.h"
#include "engine/proof/merkle.h"
#include "engine/proof/note.h"
#include "engine/proof/tile_store.h"

namespace hansard::proof {

struct SignedCheckpoint {
  Checkpoint checkpoint;
  std::string note;
  base::Timestamp signed_at;
};

class Hasher {
 public:
  struct Parts {
    log::EventLog& log;
    TileStore& tiles;
    base::Clock& clock;
    ProofPaths paths;
    SigningKey key;  // under the origin of the log's epoch
    std::uint32_t interval_ms = 1'000;
  };

  // `range` as the tiles stand.
  Hasher(Parts parts, CompactRange range) : parts_(std::move(parts)), range_(std::move(range)) {}

  // Signs the tree as it stands, also an empty one.
  Result<void> sign();
  // Hashes what is durable, half a million leaves at most, and signs it; while there is much, once an interval too.
  Result<void> step();

  // Nothing before the first sign().
  std::shared_ptr<const SignedCheckpoint> checkpoint() const;
  const VerifierKey& key() const { return parts_.key.verifier(); }
  std::uint64_t hashed() const { return hashed_.load(std::memory_order_relaxed); }
  // Processor time of the threads that were in step().
  std::uint64_t cpu_ns() const { return cpu_ns_.load(std::memory_order_relaxed); }

 private:
  Result<void> catch_up();

  const Parts parts_;
  CompactRange range_;
  std::atomic<std::uint64_t> hashed_ = 0;
  std::atomic<std::uint64_t> cpu_ns_ = 0;
  base::MonotonicTime signed_at_{};
  mutable std::mutex mutex_;
  std::shared_ptr<const SignedCheckpoint> checkpoint_;
};

}  // namespace hansard::proof
