// Are positions 1 to the end all there? (I1.) Cheap on a large log: a table whose entry count is the width of its key
// range proves its range without being read; only what no table proves (the part that came from the WAL, at most
// wal_bytes_max, and ranges rewritten by an erasure) is read key by key.
//
// Thread: opening only.
#pragma once

#include "engine/log/database.h"

namespace hansard::log {

// The last position before the first gap; `end` when there is none. `corrupt` or `io` when a table cannot be read.
Result<Position> find_intact_end(Database& database, PartitionId partition, Position end);

// Blocks have checksums, but only a read looks at them: so many of the newest events are read at every start (about
// 20 ms). Older ones are read when they are asked for.
inline constexpr std::uint64_t kReadAtStart = 65'536;

// The last position before the first of the newest so many events that cannot be read; `end` when all can. Positions
// up to `end` are dense.
Position find_readable_end(Database& database, PartitionId partition, Position end,
                           std::uint64_t events = kReadAtStart);

}  // namespace hansard::log
