// One stretch of the write index as sorted files, which end where a table ends: fresh message ids rise with time, so
// their file overlaps no earlier one and is never rewritten, while heads and commands are spread over the whole range.
// Small tables share a file. The checkpoint stands in the first one.
#pragma once

#include <string>
#include <vector>

#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>

#include "engine/index/rows.h"

namespace hansard::index {

// Files `prefix`-<n>.sst, replacing what an earlier crash left there. Aborts on a write error. Slow.
std::vector<rocksdb::ExternalSstFileInfo> write_sorted_files(const rocksdb::Options& options, const std::string& prefix,
                                                             const Rows& rows, Checkpoint checkpoint);

}  // namespace hansard::index
