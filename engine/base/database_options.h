// What every database of the house is opened with; each adds what is its own.
//
// Thread: any.
#pragma once

#include <rocksdb/options.h>

namespace hansard::base {

// Made where it is missing; in database_env(), heard by database_logger(), its tables with file_checksums(); no
// statistics kept or printed from time to time.
rocksdb::Options database_options();

}  // namespace hansard::base
