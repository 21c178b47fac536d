// A whole log made at once from records that are there already: what a restore writes. Each stretch of positions
// becomes one sorted table, written by whichever thread has it, in any order; finish() takes the tables into a fresh
// database by moving them (nothing is written twice), says whose log it is, writes the tail witness and puts log/ in
// place. Several times as fast as synced appends, and what comes out opens like any other log: same codec, a checksum
// of every whole file in the MANIFEST, counts that prove density.
//
// Invariants: I1, finish() refuses stretches that do not follow each other from 1 on. Until finish() has succeeded the
// folder has no log/ and no witness: half a log never looks whole.
// Thread: begin from any, each stretch from one thread; finish once, when every stretch has ended.
// Owns: log.new/ and log.tables/ below the data folder, which must not be a server's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/log/rocks_log.h"

namespace hansard::log {

class BulkStretch {
 public:
  virtual ~BulkStretch() = default;
  // The record of the next position. `io` or `disk_full`-like errors of the system; the stretch is then of no use.
  virtual Result<void> put(std::string_view record) = 0;
  // On stable storage on return. A stretch without a record leaves nothing.
  virtual Result<void> end() = 0;
};

// Whose log it is to be.
struct BulkIdentity {
  std::array<std::uint8_t, 16> cluster{};
  std::uint32_t epoch = 1;
  // The positions above this one were another history's; the log keeps it as `loss.<epoch>`.
  std::optional<Position> loss_after;
};

class BulkLog {
 public:
  virtual ~BulkLog() = default;
  // `data_folder` is made; `refused` where it holds a log already. Sets the umask of the process to 077.
  static Result<std::unique_ptr<BulkLog>> create(const std::string& data_folder, const LogOptions& options = {});
  // The records from `first` on.
  virtual Result<std::unique_ptr<BulkStretch>> begin(Position first) = 0;
  // The last position. On stable storage on return.
  virtual Result<Position> finish(const BulkIdentity& identity) = 0;
};

}  // namespace hansard::log
