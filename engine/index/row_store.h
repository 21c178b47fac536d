// The durable half of the write index: in the product one RocksDB, WAL off, one family, written only by ingesting
// sorted files. Each ingestion carries the checkpoint it brings the rows to and is atomic, so the database always
// equals the fold of a prefix of the log (I8).
//
// Thread: the reads, kept_from_day and break_off from any; checkpoint and ingest from one at a time; purge and
// drop_expired_commands from one at a time, which may be another.
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
  virtual ~RowStore() = default;
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;

  // Position 0 when empty.
  Checkpoint checkpoint() const { return checkpoint_; }
  // Aborts on a read error: the sequencer has no honest way on.
  virtual std::optional<std::string> get(std::string_view key) const = 0;
  // Many at once, cheaper than one after the other.
  virtual std::vector<std::optional<std::string>> get(std::span<const std::string_view> keys) const = 0;
  // Every key that begins with `prefix`, in order.
  virtual void for_each_key(std::string_view prefix, const std::function<void(std::string_view)>& use) const = 0;
  // The ids of kept commands in order, the first at or after `from`, while `use` answers true; leaves the cache as it
  // is. An error where they cannot be read: whoever asks can do without.
  virtual Result<void> for_each_command(const ShortDigest& from,
                                        const std::function<bool(const ShortDigest&)>& use) const = 0;
  // About how many there are.
  virtual std::uint64_t commands_estimate() const = 0;
  // Aborts on a write error.
  virtual void ingest(const Rows& rows, Checkpoint checkpoint) = 0;
  // Empties the database.
  virtual Result<void> wipe() = 0;

  // Rewrites the tables of emojis, which are the content the index holds, so that of what was ingested up to `through`
  // only present rows are on the disk; of RocksDB's kind of compaction here (universal) that rewrites the rest as well.
  // False: a replaced file is still in use, or it was broken off. Slow; reads and ingestion go on. Aborts on an error.
  virtual bool purge(Position through) = 0;

  // Command rows of earlier days are gone: for readers at once, from the disk with the next compaction.
  void keep_commands_from(std::uint32_t day) { *kept_from_day_ = day; }
  std::uint32_t kept_from_day() const { return *kept_from_day_; }
  // Compacts the command rows. Slow; reads and ingestion go on.
  virtual void drop_expired_commands() = 0;
  // Ends what these two do, now and from now on: the process stops.
  virtual void break_off() = 0;

 protected:
  RowStore() = default;
  // Shared with the compaction filter.
  std::shared_ptr<std::atomic<std::uint32_t>> kept_from_day_ = std::make_shared<std::atomic<std::uint32_t>>(0);
  Checkpoint checkpoint_;
};

}  // namespace hansard::index
