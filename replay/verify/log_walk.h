// Every record of the log, in stretches side by side: what it can prove about itself (CRC, lengths, tables, both
// commitments), its place (I1: the position in its leaf is its key, of its partition), the versions of its stream
// (I2), and that time never goes back (docs/adr/0008).
//
// A record that cannot be read or is broken is named by its position; the walk goes on behind it, where RocksDB can.
// Thread: one; `threads` more inside. Memory: a stretch a thread, and what stream_versions.h says.
#pragma once

#include <functional>
#include <string>

#include "engine/codec/codec.h"
#include "engine/log/event_log.h"
#include "replay/verify/findings.h"

namespace hansard::verify {

inline constexpr std::uint64_t kStretchEvents = 32'768;

struct WalkOptions {
  base::Position from{1}, to;  // both inclusive; `to` is durable
  unsigned threads = 1;
  std::string scratch;
  std::function<void(std::uint64_t events)> progress;  // called from the walking threads, for each stretch
  // Each intact record, from any of the threads.
  std::function<void(const codec::Leaf&, std::string_view record)> see;
};

// Errors are of the scratch folder only: damage goes to the checks.
base::Result<void> walk_log(const log::EventLog& log, const WalkOptions& options, Findings& findings);

}  // namespace hansard::verify
