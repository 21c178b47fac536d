// What every database of the house that is written is opened with: RocksDB's own file system, but for one order of
// names. A database is found by its CURRENT, which names a MANIFEST; RocksDB 7.8.3 makes the new MANIFEST and renames
// CURRENT, and syncs the folder only after both. Journaling file systems keep that order; POSIX does not promise it,
// and where it is lost a power cut leaves a CURRENT that names nothing and a database that does not open. Here the
// folder is synced in between.
//
// And the threads that merge tables go behind those that fold, and those that flush behind those that answer: nobody
// waits for them. RocksDB's databases share these threads, so a listener of the large ones is enough.
//
// And they write no LOG files: on a full disk RocksDB 7.8.3 ends the process by an assertion at the second line it
// cannot write there. Their warnings and errors, which name files and numbers and nothing that is kept, go to whoever
// asks.
//
// Thread: any. Lives as long as the process.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace rocksdb {
class Env;
class EventListener;
class Logger;
}  // namespace rocksdb

namespace hansard::base {

rocksdb::Env* database_env();
// RocksDB counts what each thread compares, finds and misses, unless the thread tells it not to. Nobody reads that
// here, and it was a fifth of the projector's time.
void count_nothing_here();
// One of a database's listeners.
std::shared_ptr<rocksdb::EventListener> merges_go_behind();

// Every database's info_log. Silent until hear_databases.
std::shared_ptr<rocksdb::Logger> database_logger();
// From now on `said` gets what databases warn of, on threads of theirs; the same words once in kDatabaseRepeat.
inline constexpr std::chrono::seconds kDatabaseRepeat{60};
void hear_databases(std::function<void(std::string_view said)> said);

}  // namespace hansard::base
