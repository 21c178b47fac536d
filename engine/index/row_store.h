// The durable half of the write index: one RocksDB, WAL off, one family, written only by ingesting sorted files. Each
// ingestion carries the checkpoint it brings the rows to and is atomic, so the database always equals the fold of a
// prefix of the log (I8).
//
// Thread: both get and kept_from_day from any; checkpoint, ingest and drop_expired_commands from one thread at a time.
// Owns: the database in its folder. Limits: the block cache; two background jobs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/index/rows.h"

namespace hansard::index {

using base::Result;

class RowStore {
 public:
  // A database that cannot be opened, or has no checkpoint of this format, is wiped: it is rebuilt from the log.
  static Result<std::unique_ptr<RowStore>> open(const std::string& folder, std::size_t block_cache_bytes);
  ~RowStore();
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;

  // Position 0 when empty.
  Checkpoint checkpoint() const { return checkpoint_; }
  // Aborts on a read error: the sequencer has no honest way on.
  std::optional<std::string> get(std::string_view key) const;
  // Many at once, cheaper than one after the other.
  std::vector<std::optional<std::string>> get(std::span<const std::string_view> keys) const;
  // Every key that begins with `prefix`, in order.
  void for_each_key(std::string_view prefix, const std::function<void(std::string_view)>& use) const;
  // Aborts on a write error.
  void ingest(const Rows& rows, Checkpoint checkpoint);
  // Empties the database.
  Result<void> wipe();

  // Rewrites the tables of emojis, which are the content the index holds, so that of what was ingested up to `through`
  // only present rows are on the disk. False: a replaced file is still in use. Slow; reads go on. Aborts on an error.
  bool purge(Position through);

  // Command rows of earlier days are gone: for readers at once, from the disk with the next compaction.
  void keep_commands_from(std::uint32_t day) { *kept_from_day_ = day; }
  std::uint32_t kept_from_day() const { return *kept_from_day_; }
  // Compacts the command rows. Slow; reads go on.
  void drop_expired_commands();

 private:
  struct Database;
  RowStore(std::string folder, std::size_t block_cache_bytes);
  Result<void> open_database();
  bool read_checkpoint();
  void rewrite_emojis();

  const std::string folder_;
  const std::size_t block_cache_bytes_;
  // Shared with the compaction filter.
  std::shared_ptr<std::atomic<std::uint32_t>> kept_from_day_ = std::make_shared<std::atomic<std::uint32_t>>(0);
  std::optional<Position> rewritten_;  // up to where by the last purge; nothing: none since the start
  std::vector<std::string> replaced_;  // files it waits for
  std::unique_ptr<Database> database_;
  Checkpoint checkpoint_;
};

}  // namespace hansard::index
