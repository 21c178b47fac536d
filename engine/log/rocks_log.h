// EventLog on RocksDB, with what stands around it: the read-only preflight, the recovery table (recovery.h), the tail
// witness and the disk reserve.
//
// Thread: any opens, one at a time for a folder, and blocks; what is opened is used as event_log.h says.
// Owns: the databases under `folder`/log, the witness file beside it, and one housekeeping thread (witness once a
// second, disk reserve).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/log/event_log.h"

namespace hansard::log {

struct LogOptions {
  std::size_t write_buffer_bytes = 64u << 20;
  std::size_t wal_bytes_max = 64u << 20;
  std::size_t block_cache_bytes = 64u << 20;
  std::uint64_t disk_reserve_bytes = 256u << 20;  // commands are refused below this much free space
  std::uint32_t witness_interval_ms = 1'000;
  // The only way past a log that fails its preflight: everything above is lost, the epoch rises.
  std::optional<Position> accept_loss_after;
};

// What `open` found, for traces and for the loss event the engine appends.
struct OpenReport {
  bool created = false;
  std::optional<Position>
      loss_accepted_after;  // and no event says so yet: accepted now, or at a start that ended early
};

// Errors: in_use (another process holds the folder), unsupported (a newer format), refused (the preflight found
// damage; the detail says what is lost and how to restore), io. Nothing on disk has changed after an error.
// Sets the umask of the process to 077: folders are made 0700, files 0600.
Result<std::unique_ptr<EventLog>> open_rocks_log(const std::string& folder, const LogOptions& options,
                                                 OpenReport& report);

// `not_found` or `io`, in a sentence for who named the wrong folder, where a data folder has no log that can be seen.
Result<void> look_for_log(const std::string& folder);
// Opens without writing a byte, for tools on a stopped or a running server's folder.
Result<std::unique_ptr<EventLog>> open_rocks_log_read_only(const std::string& folder);

}  // namespace hansard::log
