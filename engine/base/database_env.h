// RocksDB's own file system, but for one order of names. A database is found by its CURRENT, which names a MANIFEST;
// RocksDB 7.8.3 makes the new MANIFEST and renames CURRENT, and syncs the folder only after both. Journaling file
// systems keep that order; POSIX does not promise it, and where it is lost a power cut leaves a CURRENT that names
// nothing and a database that does not open. Here the folder is synced in between.
//
// Thread: any. Lives as long as the process.
#pragma once

namespace rocksdb {
class Env;
}

namespace hansard::base {

rocksdb::Env* database_env();

}  // namespace hansard::base
