// Our own reader of RocksDB's write-ahead log, for one question that RocksDB cannot be asked: is there, beyond the
// place where its recovery stops, a record that was written whole? Each append is synced before the next one is
// written, so a crash can tear only the last record; anything whole after something broken is damage.
//
// The format is in block_log.h; a record's payload begins with the sequence number u64 of its first entry and the
// count u32 of its entries. What is behind the last record may be room (wal_room.h), which is not broken.
//
// Thread: any; reads only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/log/recovery.h"

namespace hansard::log {

struct WalFindings {
  std::uint64_t first_sequence = 0;         // of the first whole record; 0: there is none
  std::uint64_t last_sequence = 0;          // the highest of any whole record
  std::uint64_t sequence_after_broken = 0;  // the highest that begins after broken bytes, itself whole or not
  bool has_broken_bytes = false;
  std::size_t room_begin = 0;  // behind it are zeros; the end, and the padding behind it, where there is none
};

// `bytes` is one whole WAL file.
WalFindings scan_wal(std::string_view bytes);

// All WAL files of the database in `folder` against the last sequence number RocksDB's recovery reached.
base::Result<WalTail> judge_wal(const std::string& folder, std::uint64_t recovered_sequence);

}  // namespace hansard::log
