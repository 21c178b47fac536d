// `hansard-replay verify`: a stopped data folder against docs/INVARIANTS.md. First the bytes, without RocksDB, then
// what they say: the log record by record, the witness, the write index, the views, the search file, keys, outbox and
// attachments. Nothing in the folder changes; it is locked meanwhile, so that no server starts.
//
// Thread: one; `threads` more inside.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/base/given_position.h"
#include "replay/verify/findings.h"

namespace hansard::verify {

struct VerifyOptions {
  std::string data;
  std::optional<base::GivenPosition> from, to;  // of the log; everything else is checked whole
  bool deep = false;                            // also fold the log anew and hash every attachment
  bool is_backup = false;                       // `data` is a backup: also hold it against its manifest
  unsigned threads = 0;                         // 0: as many as the machine has
  std::string scratch;                          // where; "" for the system's folder for temporary files
  // Events walked so far, and of how many.
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;
};

// Errors: in_use; not_found: no store; malformed: a range outside the log; io and disk_full, of the scratch folder.
// Damage is a finding, not an error. Where a fold in the scratch folder cannot be written stop_process ends the tool:
// the store itself is only read.
base::Result<void> verify_store(const VerifyOptions& options, Findings& findings);

}  // namespace hansard::verify
