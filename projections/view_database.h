// How the database of a view is set up: few large files, no log of its own (its rows can be had again from the event
// log), merges behind everybody.
//
// Thread: any.
#pragma once

#include <cstdint>

#include <rocksdb/options.h>

#include "projections/view_store.h"

namespace hansard::projections {

// Large files reach the disk as they are written, so that their last sync does not hold up those of the log.
inline constexpr std::uint64_t kViewBytesPerSync = 256u << 10;

rocksdb::Options view_database_options(const StoreOptions& options);

}  // namespace hansard::projections
