#include "replay/segments/source_log.h"

#include <algorithm>

#include "engine/codec/codec.h"
#include "engine/log/read_log.h"
#include "engine/time_search.h"

namespace hansard::segments {

namespace {
Result<base::Timestamp> time_at(const SourceLog& source, Position at) {
  TRY(auto record, source.log->get(base::kPartition, at));
  TRY(auto leaf, codec::decode_leaf(record));
  return leaf.time;
}
}  // namespace

Result<SourceLog> open_source(const std::string& data_folder) {
  SourceLog source;
  TRY(auto opened, log::open_durable_log(data_folder));
  source.log = std::move(opened.log);
  source.at_rest = opened.at_rest;
  TRY(auto cluster, source.log->meta("cluster_id"));
  source.cluster = base::parse_uuid(cluster).value_or(ClusterId{});
  source.end = source.log->durable(base::kPartition);
  return source;
}

std::optional<log::FolderLock> lock_unchanged(const std::string& data_folder, const SourceLog& source) {
  auto lock = log::FolderLock::take(data_folder);
  if (!lock) return std::nullopt;
  auto now = log::open_rocks_log_read_only(data_folder);
  if (!now) return std::nullopt;
  const log::EventLog& log = *now.value();
  const auto cluster = log.meta("cluster_id"), before = source.log->meta("cluster_id");
  const bool is_same = cluster && before && cluster.value() == before.value() && log.epoch() == source.log->epoch();
  if (!is_same || log.durable(base::kPartition) != source.end) return std::nullopt;
  return std::move(lock).value();
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
