// The event log: dense positions to opaque records, one RocksDB with the WAL on and every append synced. It does not
// know what a record means. This interface is also where a log of more than one machine would be put in, though none
// exists yet: that is why an append names the head it expects and can conflict.
//
// Invariants: I1 positions dense and increasing; I3/I4 what `read` gives is durable; I5 what is durable changes only by
// `overwrite`; I11 one thread appends.
// Thread: append from the sequencer only; overwrite and purge from one other thread, the eraser's; everything else from
// any. That the eraser writes beside the sequencer breaks no rule of the log: it writes only positions at or below the
// durable one, so it never touches the head, on which alone an append depends; the database takes both one after the
// other, each synced before the next begins, which is what recovery relies on; and a reader sees a record before or
// after it was overwritten, never in between.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/base/position_gate.h"
#include "engine/base/result.h"

namespace hansard::log {

using base::PartitionId;
using base::Position;
using base::Result;

enum class AppendOutcome { appended, conflict };

// A record that takes the place of the one at `at`, which is durable. The bytes outlive the call.
struct Replacement {
  Position at;
  std::string_view record;
};

struct ReadLimits {
  std::size_t events_max = 1'000;
  std::size_t bytes_max = 4u << 20;
};

// The tree over the first `size` records, as the last checkpoint before the witness said (engine/proof).
struct HashedPrefix {
  std::uint64_t size = 0;
  base::Digest root{};
  bool operator==(const HashedPrefix&) const = default;
};

class EventLog {
 public:
  // The record is valid during the call; false stops the read.
  using Sink = std::function<bool(Position, std::string_view record)>;

  virtual ~EventLog() = default;

  // Appends `records` at expected_head + 1, ... and returns once they are on stable storage; then `durable` has
  // advanced. `conflict` when the head is another one. Any storage error aborts the process: a failed sync is never
  // retried (engine/base/stop_process.h).
  virtual AppendOutcome append(PartitionId partition, Position expected_head,
                               std::span<const std::string_view> records) = 0;

  // Puts each record in place of the one at its position and returns once all are on stable storage; a crash on the way
  // leaves all or none of them. What was there is out of every read, but not off the disk before `purge`. A storage
  // error aborts the process.
  virtual void overwrite(PartitionId partition, std::span<const Replacement> replacements) = 0;
  // Takes what was overwritten from `first` to `last` off the disk: memory is flushed, the WAL removed, the range
  // rewritten. False: somebody (a reader, a backup) still keeps an old file; call again later. Slow; appends and reads
  // go on.
  virtual Result<bool> purge(PartitionId partition, Position first, Position last) = 0;

  virtual Position durable(PartitionId partition) const = 0;
  virtual base::PositionGate& durable_gate(PartitionId partition) = 0;

  // Records from `from` on, in order, up to the durable position and the limits. Returns the last position given to
  // the sink (from - 1 when none was). A read error is `io` or `corrupt`.
  virtual Result<Position> read(PartitionId partition, Position from, ReadLimits limits, const Sink& sink) const = 0;
  // One record; `not_found` above the durable position.
  virtual Result<std::string> get(PartitionId partition, Position at) const = 0;

  // Small durable facts (format, cluster id, epoch, schemas); put is synced.
  virtual Result<std::string> meta(std::string_view name) const = 0;
  virtual Result<void> put_meta(std::string_view name, std::string_view value) = 0;

  // What the tail witness keeps of the tree: as found at open, then as set, which the next witness writes. Size 0:
  // nothing is known, as after an accepted loss.
  virtual HashedPrefix hashed() const { return {}; }
  virtual void set_hashed(const HashedPrefix&) {}

  // Rises by one each time a loss was accepted; positions of another epoch are not comparable.
  virtual std::uint32_t epoch() const = 0;
  // False below the disk's low-water mark: callers refuse commands with disk_full. Cheap; refreshed once a second.
  virtual bool has_disk_reserve() const = 0;
};

}  // namespace hansard::log
