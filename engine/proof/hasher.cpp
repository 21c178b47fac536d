#include "engine/proof/hasher.h"

#include <algorithm>
#include <chrono>

#include "engine/base/work_watch.h"
#include "engine/proof/leaves.h"

namespace hansard::proof {

namespace {
// Between looks at the clock.
constexpr std::uint64_t kLeavesAtOnce = 10'000;
// Of one step: a second or two, so that stopping never waits for a long catch-up.
constexpr std::uint64_t kLeavesOfStep = 500'000;
}  // namespace

std::shared_ptr<const SignedCheckpoint> Hasher::checkpoint() const {
  std::lock_guard lock(mutex_);
  return checkpoint_;
}

Result<void> Hasher::sign() {
  TRY(parts_.tiles.sync());
  const Checkpoint checkpoint{key().name(), range_.size(), range_.root()};
  auto next = std::make_shared<SignedCheckpoint>();
  *next = {checkpoint, parts_.key.sign(checkpoint.text()), parts_.clock.now()};
  TRY(store_checkpoint(parts_.paths, next->note, key()));
  parts_.log.set_hashed({checkpoint.size, checkpoint.root});
  signed_at_ = parts_.clock.monotonic();
  hashed_ = range_.size();
  std::lock_guard lock(mutex_);
  checkpoint_ = std::move(next);
  return base::success();
}

Result<void> Hasher::step() {
  const auto before = base::thread_cpu_time();
  auto done = catch_up();
  cpu_ns_ += static_cast<std::uint64_t>((base::thread_cpu_time() - before).count());
  return done;
}

Result<void> Hasher::catch_up() {
  const std::uint64_t to = std::min(parts_.log.durable(base::kPartition).value, range_.size() + kLeavesOfStep);
  const std::chrono::milliseconds interval(parts_.interval_ms);
  while (range_.size() < to) {
    TRY(extend(parts_.log, std::min(to, range_.size() + kLeavesAtOnce), range_, parts_.tiles));
    hashed_ = range_.size();
    if (range_.size() == to || parts_.clock.monotonic() - signed_at_ >= interval) {
      TRY(sign());
    }
  }
  return base::success();
}

}  // namespace hansard::proof
