// What an erasure does to the records of the log, and to what the engine keeps of them.
#include <algorithm>
#include <memory>
#include <utility>

#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "engine/local_engine.h"
#include "engine/log/lost_logs.h"

namespace hansard::engine {

namespace {
// One synced write has at most this much, so that appends beside it wait for milliseconds.
constexpr std::size_t kBatchRecordsMax = 512;
constexpr std::size_t kBatchBytesMax = 1u << 20;

struct ErasedRecord {
  Position at;
  std::string bytes;
  bool was_erased = false;  // before
};

Result<ErasedRecord> without_content(const log::EventLog& log, Position at) {
  TRY(auto record, log.get(base::kPartition, at));
  TRY(auto erased, codec::erase_content(record));
  CHECK(codec::leaf_bytes(erased) == codec::leaf_bytes(record), "an erasure changes a leaf at", at.value);
  const bool was_erased = erased == record;
  return ErasedRecord{at, std::move(erased), was_erased};
}
}  // namespace

Result<std::uint64_t> Engine::erase_content(std::span<const Position>) {
  return base::error(base::ErrorCode::refused, "nothing can be erased here");
}

Result<bool> Engine::purge_erased(Position, Position, Position) {
  return base::error(base::ErrorCode::refused, "nothing can be erased here");
}

Result<std::uint64_t> LocalEngine::erase_content(std::span<const Position> positions) {
  std::vector<ErasedRecord> batch;
  std::size_t bytes = 0;
  auto write = [&]() -> Result<void> {
    std::vector<log::Replacement> replacements;
    for (const auto& one : batch) replacements.push_back({one.at, one.bytes});
    storage_.log->overwrite(base::kPartition, replacements);
    for (const auto& one : batch) {
      TRY(auto event, codec::decode(one.bytes));
      tail_.replace(std::make_shared<const domain::RecordedEvent>(std::move(event)));
    }
    batch.clear();
    bytes = 0;
    return base::success();
  };
  for (const Position at : positions) {
    TRY(auto erased, without_content(*storage_.log, at));
    if (erased.was_erased) continue;
    bytes += erased.bytes.size();
    batch.push_back(std::move(erased));
    if (batch.size() >= kBatchRecordsMax || bytes >= kBatchBytesMax) {
      TRY(write());
    }
  }
  if (!batch.empty()) {
    TRY(write());
  }
  return positions.size();
}

Result<bool> LocalEngine::purge_erased(Position first, Position last, Position through) {
  const bool index_done = index_->purge(through);
  bool log_done = true;
  if (first) {
    TRY(log_done, storage_.log->purge(base::kPartition, first, last));
  }
  TRY(log::remove_lost(options_.data_folder));
  return index_done && log_done;
}

}  // namespace hansard::engine
