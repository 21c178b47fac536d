#include "engine/log/rocks_log.h"

#include <sys/stat.h>

#include "engine/log/open_log.h"

namespace hansard::log {

Result<std::unique_ptr<EventLog>> open_rocks_log(const std::string& folder, const LogOptions& options,
                                                 OpenReport& report) {
  ::umask(0077);  // RocksDB has no setting for the mode of its files
  return open_log_on(folder, options, StorageSetup{}, report);
}

}  // namespace hansard::log
