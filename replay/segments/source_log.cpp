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

Result<Position> last_at_or_before(const SourceLog& source, base::Timestamp time) {
  auto time_of = [&](Position at) { return time_at(source, at); };
  return engine::last_at_or_before(source.end, time_of, time);
}

Result<Position> first_at_or_after(const SourceLog& source, base::Timestamp time) {
  TRY(auto before, last_at_or_before(source, {time.ms - 1}));
  return before.next();
}

}  // namespace hansard::segments
