// Is the log still the one that was signed? Before anything is appended the root at every size somebody vouched for is
// computed again and compared. A log that was rolled back, or changed at any signed position, refuses to start.
//
// Cost: a root from the stored hashes takes a few thousand of them whatever the size; the newest kLeavesRehashed leaves
// are hashed again from the log and compared with what is stored. Older ones are for `hansard-replay verify`. Stored
// hashes that contradict a vouched root are made again from the whole log before anything is concluded: they are
// derived, the log is not.
// Thread: opening only.
#pragma once

#include <span>
#include <string>

#include "engine/log/event_log.h"
#include "engine/proof/tile_store.h"

namespace hansard::proof {

inline constexpr std::uint64_t kLeavesRehashed = 65'536;

// A size and its root that somebody put on record.
struct Anchor {
  std::string source;  // in a sentence: "the checkpoint in proofs/"
  std::uint64_t size = 0;
  Hash root{};
};

struct StartFinding {
  CompactRange tree;          // to go on with: as large as the largest anchor, with its root
  std::uint64_t rebuilt = 0;  // leaves hashed again because the stored hashes were torn or wrong; 0 is the normal case
};

// Leaves the tiles at the largest anchor's size. Errors: `refused` with a sentence for the operator; io; corrupt where
// the log itself cannot be read, or where stored hashes that were right are read otherwise a moment later. `folder` is
// the data folder.
Result<StartFinding> check_start(const log::EventLog& log, TileStore& tiles, std::span<const Anchor> anchors,
                                 const std::string& folder);

}  // namespace hansard::proof
