#include "replay/segments/source_log.h"

#include <algorithm>
#include <filesystem>

#include "engine/codec/codec.h"
#include "engine/log/folder_lock.h"
#include "engine/log/rocks_log.h"
#include "engine/log/witness.h"
#include "engine/time_search.h"

namespace hansard::segments {

namespace {
// The lock is held for a moment only; a server that starts right now would be told that the folder is in use.
Result<bool> is_at_rest(const std::string& data_folder) {
  auto lock = log::FolderLock::take(data_folder);
  if (lock) return true;
  if (lock.error().code == base::ErrorCode::in_use) return false;
  return lock.error();
}

Result<base::Timestamp> time_at(const SourceLog& source, Position at) {
  TRY(auto record, source.log->get(base::kPartition, at));
  TRY(auto leaf, codec::decode_leaf(record));
  return leaf.time;
}
}  // namespace

Result<SourceLog> open_source(const std::string& data_folder) {
  std::error_code ignored;
  if (!std::filesystem::exists(data_folder + "/log", ignored)) {
    return base::error(base::ErrorCode::not_found,
                       "there is no event log in " + data_folder + ": --data is the data folder of a server");
  }
  SourceLog source;
  TRY(source.at_rest, is_at_rest(data_folder));
  // Before the log is opened: what it says was durable then is below what will be read.
  TRY(auto witness, log::read_witness(data_folder + "/log.witness"));
  TRY(source.log, log::open_rocks_log_read_only(data_folder));
  TRY(auto cluster, source.log->meta("cluster_id"));
  source.cluster = base::parse_uuid(cluster).value_or(ClusterId{});
  source.end = source.log->durable(base::kPartition);
  if (!source.at_rest) source.end = std::min(source.end, witness.witness.durable);
  return source;
}

Result<Position> last_at_or_before(const SourceLog& source, base::Timestamp time) {
  auto time_of = [&](Position at) { return time_at(source, at); };
  return engine::last_at_or_before(source.end, time_of, time);
}

Result<Position> first_at_or_after(const SourceLog& source, base::Timestamp time) {
  TRY(auto before, last_at_or_before(source, {time.ms - 1}));
  return before.next();
}

}  // namespace hansard::segments
