// One view's database: RocksDB with one column family and no WAL, since what it loses is folded again from the log.
// Rows and checkpoint are written together, so after a crash the database stands at some earlier checkpoint, whole.
//
// Invariants: I7. The digest in the checkpoint is that of all rows but the checkpoint.
// Thread: commit and flush from the projector; snapshots may be taken, used and dropped from any.
// Owns: the folder. Lives as long as the last snapshot.
// Errors: a read or write that fails ends the process (engine/base/stop_process.h); where our own bytes are wrong, the
// folder is marked first, so that the next open says `corrupt`.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "projections/digest.h"
#include "projections/row_batch.h"
#include "projections/row_source.h"

namespace hansard::projections {

struct StoreOptions {
  std::size_t write_buffer_bytes = 64u << 20;
  std::size_t block_cache_bytes = 128u << 20;
  std::string_view rising = {};  // see ViewKind
};

// Where a view stands.
struct Checkpoint {
  std::uint32_t epoch = 0;
  base::Position position;
  RowDigest digest;
  std::uint64_t unknown_events = 0;
  bool operator==(const Checkpoint&) const = default;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

// Everything as of one checkpoint.
class StoreSnapshot : public RowSource {
 public:
  virtual const Checkpoint& checkpoint() const = 0;
  virtual std::unique_ptr<RowCursor> cursor() const = 0;
  std::vector<std::string> keys_with(std::string_view prefix) const override;
};

class ViewStore : public std::enable_shared_from_this<ViewStore> {
 public:
  // Opens or creates. `in_use` when another process holds it; `corrupt` when it cannot be read or is marked damaged
  // (set it aside and rebuild); `io` when the disk is full.
  static base::Result<std::shared_ptr<ViewStore>> open(const std::string& folder, const StoreOptions& options);
  // What is on disk, opened without writing a byte: of a stopped server all of it, of a running one what was flushed.
  // Errors: corrupt, io.
  static base::Result<std::shared_ptr<const StoreSnapshot>> open_read_only(const std::string& folder);
  virtual ~ViewStore() = default;

  // As last committed, or as opened.
  virtual const Checkpoint& checkpoint() const = 0;
  // The newest rows; follows every commit.
  virtual const RowSource& newest() const = 0;
  // In one write. `changes` ascending by key. Where a flush has found the disk full it waits up to half a minute for
  // space.
  virtual void commit(std::span<const RowChange> changes, const Checkpoint& checkpoint) = 0;
  // The same as one sorted file, on disk on return: cheaper for a batch of many thousand rows, dearer for a small one.
  virtual void commit_file(std::span<const RowChange> changes, const Checkpoint& checkpoint) = 0;
  // Stands for the last commit. Thread: any, but never during a commit; the views share one per commit.
  virtual std::shared_ptr<const StoreSnapshot> snapshot() = 0;
  // Reads every block of every file and holds it against its checksum. `corrupt` names the first that is wrong.
  virtual base::Result<void> check_blocks() = 0;
  // What is flushed survives a crash. `wait` returns after the files are on disk; without it a disk that is behind with
  // earlier flushes gets no further one.
  virtual void flush(bool wait) = 0;
  // Takes what was replaced or removed by events up to `through`, all applied, off the disk: everything is flushed and
  // rewritten. False: somebody still holds an old snapshot or file; call again later. Slow; reads and commits go on.
  // Thread: one, any.
  virtual base::Result<bool> purge(base::Position through) = 0;
};

}  // namespace hansard::projections
