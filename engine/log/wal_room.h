// Room ahead of what is appended to a write-ahead log. A file that grows with each append has its new length written
// with each sync: two writes to the disk, one behind the other, where overwriting what the file has already is one.
// So zeros are written ahead of small appends, in pieces, each made durable by the sync that comes anyway.
//
// Format: behind the last record of a log that was not closed there may be up to kRoomBytes of zeros: RocksDB's
// recovery passes over them (db/log_reader.cc: a piece of type and length 0), and so do wal_scan.h and verification.
// Closing a log cuts them off and syncs its length. RocksDB is told the length without the room: otherwise a copy of a
// log that is being written would take in zeros where records stand by then. A reader in another process may see zeros
// in the place of one record and whole records behind it (read_log.h).
//
// Invariants: bytes that were appended are never written again. If the room cannot be written there is none, and that
// is all; an error of the disk that shows up later, with the sync, is an error of the log.
// Thread: any. Owns: nothing; lives as long as the process.
#pragma once

#include <cstddef>

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace hansard::log {

// Made at once, where an append ends behind the room and was not larger than kSmallAppendBytes: larger ones bring more
// new blocks than a length costs.
inline constexpr std::size_t kRoomBytes = 256u << 10, kSmallAppendBytes = 32u << 10;

// base::database_env(), with room ahead in files "<number>.log".
rocksdb::Env* env_with_room();

}  // namespace hansard::log
