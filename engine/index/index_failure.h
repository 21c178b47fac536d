// What the write index does when its database fails: it stops the process (stop_process.h), and says that nothing of it
// is lost, for it is folded from the log.
//
// Thread: any.
#pragma once

#include <string>

#include <rocksdb/status.h>

#include "engine/base/stop_process.h"

namespace hansard::index {

inline constexpr char kReading[] = "the write index cannot be read";
inline constexpr char kWriting[] = "the write index cannot be written";
inline constexpr char kNext[] =
    "start again once the disk works and has space; if it stops here again, remove the folder: it is built from the "
    "log";

inline void require(const rocksdb::Status& status, const std::string& path, const char* what) {
  if (!status.ok()) base::stop_process({what, path, status.ToString(), kNext});
}

}  // namespace hansard::index
