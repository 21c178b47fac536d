#include "engine/base/database_options.h"

#include "engine/base/database_env.h"
#include "engine/base/file_checksum.h"

namespace hansard::base {

rocksdb::Options database_options() {
  rocksdb::Options options;
  options.env = database_env();
  options.info_log = database_logger();
  options.file_checksum_gen_factory = file_checksums();
  options.create_if_missing = true;
  options.stats_dump_period_sec = options.stats_persist_period_sec = 0;
  return options;
}

}  // namespace hansard::base
