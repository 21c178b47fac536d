// File systems under RocksDB that fail.
//
// unsynced_storage keeps what was not synced in the memory of the process: killing the process is
// then a power cut. (RocksDB tests itself in this way: docs/_posts/2022-10-05-lost-buffered-write-recovery.)
// Names of files are durable at once.
#pragma once

#include <memory>

#include <rocksdb/env.h>

namespace hansard::log {

// Delegates to the default file system. The caller owns the result and keeps it until every database on it is closed.
std::unique_ptr<rocksdb::Env> unsynced_storage();

// A file system on which the WAL can be synced `syncs` times and then never again.
std::unique_ptr<rocksdb::Env> storage_failing_after(int syncs);

}  // namespace hansard::log
