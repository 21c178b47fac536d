// EventLog over an opened Database: appends, reads and small facts. It does not open, recover or watch anything;
// open_log.cpp does. Private to this room.
//
// Invariants: a read is bounded by the durable position (I4) and fails on a gap rather than stepping over it (I1).
// Thread: append from the sequencer only; overwrite and purge from one other; the rest from any.
// Owns: the database.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <rocksdb/write_batch.h>

#include "engine/log/database.h"
#include "engine/log/event_log.h"

namespace hansard::log {

class StoredLog : public EventLog {
 public:
  // `durable` is the last position of the database. A read-only log refuses put_meta and CHECKs on append.
  StoredLog(std::unique_ptr<Database> database, const StorageSetup& setup, Position durable, std::uint32_t epoch,
            bool is_read_only);

  AppendOutcome append(PartitionId partition, Position expected_head,
                       std::span<const std::string_view> records) override;
  void overwrite(PartitionId partition, std::span<const Replacement> replacements) override;
  Result<bool> purge(PartitionId partition, Position first, Position last) override;
  Position durable(PartitionId partition) const override;
  base::PositionGate& durable_gate(PartitionId partition) override;
  Result<Position> read(PartitionId partition, Position from, ReadLimits limits, const Sink& sink) const override;
  Result<std::string> get(PartitionId partition, Position at) const override;
  // See copy_log.h.
  Result<Position> copy_to(const std::string& folder) const;
  Result<std::string> meta(std::string_view name) const override;
  Result<void> put_meta(std::string_view name, std::string_view value) override;
  HashedPrefix hashed() const override;
  void set_hashed(const HashedPrefix& hashed) override;
  std::uint32_t epoch() const override { return epoch_; }
  bool has_disk_reserve() const override { return has_disk_reserve_.load(std::memory_order_relaxed); }

 protected:
  // Empties the WAL, so that the next start has nothing to replay. Nothing but the destructor may follow.
  void flush_and_close();
  void set_disk_reserve(bool has) { has_disk_reserve_.store(has, std::memory_order_relaxed); }

 private:
  std::unique_ptr<Database> database_;
  const StorageSetup setup_;
  const std::uint32_t epoch_;
  const bool is_read_only_;
  base::PositionGate durable_;
  rocksdb::WriteBatch batch_;  // the sequencer's, reused
  // The eraser's thread alone uses these: how many overwrites there were; the range that was rewritten last, with the
  // number of overwrites before it; and the files that were there before that.
  struct Rewritten {
    Position first, last;
    std::uint64_t overwrites = 0;
    bool operator==(const Rewritten&) const = default;
  };
  std::uint64_t overwrites_ = 0;
  std::optional<Rewritten> rewritten_;  // nothing: not since the start, whatever an earlier process did
  std::vector<std::string> replaced_;
  std::atomic<bool> has_disk_reserve_{true};
  mutable std::mutex hashed_mutex_;
  HashedPrefix hashed_;
};

}  // namespace hansard::log
