#include <chrono>
#include <filesystem>

#include "engine/base/clock.h"
#include "projections/view_fold.h"
#include "projections/views.h"

namespace hansard::projections {

namespace {
// A large batch writes each hot row once instead of once per thousand events.
constexpr std::size_t kRebuildBatchEvents = 65'536;
constexpr std::size_t kRebuildRowsCached = 200'000;
constexpr std::chrono::milliseconds kProgressInterval{100};

base::Result<std::vector<engine::EventPtr>> read_batch(const engine::Engine& engine, Position after, Position last) {
  std::vector<engine::EventPtr> batch;
  while (batch.size() < kRebuildBatchEvents && after < last) {
    std::size_t wanted = std::min<std::size_t>(kRebuildBatchEvents - batch.size(), last.value - after.value);
    TRY(auto events, engine.read(after, wanted));
    if (events.empty()) return base::error(base::ErrorCode::corrupt, "the log ends below its durable position");
    after = events.back()->position;
    batch.insert(batch.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  }
  return batch;
}

base::Result<void> fold_log(const engine::Engine& engine, ViewFold& fold,
                            const std::function<void(Position)>& progress) {
  Position last = engine.durable();
  auto told = base::system_clock().monotonic();
  while (fold.checkpoint().position < last) {
    TRY(auto batch, read_batch(engine, fold.checkpoint().position, last));
    TRY(fold.fold(batch));
    auto now = base::system_clock().monotonic();
    if (!progress || now - told < kProgressInterval) continue;
    told = now;
    progress(fold.checkpoint().position);
  }
  if (progress) progress(last);
  return base::success();
}
}  // namespace

base::Result<ViewStatus> rebuild(engine::Engine& engine, const std::string& folder, const ViewOptions& options,
                                 const std::function<void(Position)>& progress) {
  std::error_code ignored;
  if (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder, ignored)) {
    return base::error(base::ErrorCode::refused, folder + " is not empty: rebuild into a new folder");
  }
  TRY(auto store, ViewStore::open(folder, {options.write_buffer_bytes, options.block_cache_bytes}));
  ViewFold fold(store, engine.epoch(), kRebuildRowsCached);
  TRY(fold_log(engine, fold, progress));
  store->flush(true);
  const Checkpoint& at = store->checkpoint();
  return ViewStatus{"chat", at.position, at.digest.hex(), at.unknown_events, std::nullopt, std::nullopt};
}

}  // namespace hansard::projections
