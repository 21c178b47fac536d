#include "engine/log/density.h"

#include <algorithm>

#include <rocksdb/metadata.h>
#include <rocksdb/table_properties.h>

#include "engine/log/keys.h"

namespace hansard::log {

namespace {
struct Range {
  Position first, last;
};

bool is_event_key(std::string_view key, PartitionId partition) {
  return key.size() == kEventKeyBytes && key.substr(0, 2) == EventKey(partition, {}).view().substr(0, 2);
}

// The ranges that tables prove by their counts, by first position. None when positions were ever deleted and not yet
// compacted away: then a count proves nothing.
Result<std::vector<Range>> proven_ranges(Database& database, PartitionId partition) {
  rocksdb::TablePropertiesCollection tables;
  rocksdb::Status status = database.db().GetPropertiesOfAllTables(database.events(), &tables);
  if (!status.ok()) return storage_error("cannot read the tables of the event log", status);
  std::vector<rocksdb::LiveFileMetaData> files;
  database.db().GetLiveFilesMetaData(&files);
  std::vector<Range> ranges;
  for (const rocksdb::LiveFileMetaData& file : files) {
    auto table = tables.find(file.db_path + file.name);
    if (table == tables.end()) continue;  // of another family
    if (table->second->num_deletions + table->second->num_range_deletions > 0) return std::vector<Range>{};
    if (!is_event_key(file.smallestkey, partition) || !is_event_key(file.largestkey, partition)) continue;
    Range range{position_in(file.smallestkey), position_in(file.largestkey)};
    if (table->second->num_entries == range.last.value - range.first.value + 1) ranges.push_back(range);
  }
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  return ranges;
}

// Reads keys after `from` up to `to`; the last before a gap.
Result<Position> walk(Database& database, PartitionId partition, Position from, Position to) {
  const EventKey bound(partition, to.next());
  const rocksdb::Slice bound_slice(bound.view());
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound_slice;
  options.fill_cache = false;
  options.readahead_size = 2u << 20;
  std::unique_ptr<rocksdb::Iterator> it(database.db().NewIterator(options, database.events()));
  for (it->Seek(EventKey(partition, from.next()).view()); it->Valid(); it->Next()) {
    if (position_in(it->key().ToStringView()) != from.next()) return from;
    from = from.next();
  }
  if (!it->status().ok()) return storage_error("cannot read the event log", it->status());
  return from;
}
// Reads keys after `from` up to `to`; the last that could be read, whatever stopped it.
Position read_through(Database& database, PartitionId partition, Position from, Position to) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = 2u << 20;
  std::unique_ptr<rocksdb::Iterator> it(database.db().NewIterator(options, database.events()));
  for (it->Seek(EventKey(partition, from.next()).view()); it->Valid() && from < to; it->Next()) from = from.next();
  return from;
}
}  // namespace

Position find_readable_end(Database& database, PartitionId partition, Position end, std::uint64_t events) {
  const Position from{end.value > events ? end.value - events : 0};
  return read_through(database, partition, from, end);
}

Result<Position> find_intact_end(Database& database, PartitionId partition, Position end) {
  TRY(auto ranges, proven_ranges(database, partition));
  if (!ranges.empty() && ranges.back().last > end) ranges.clear();
  Position intact{};
  for (const Range& range : ranges) {
    if (range.first > intact.next()) {
      const Position before{range.first.value - 1};
      TRY(auto reached, walk(database, partition, intact, before));
      if (reached != before) return reached;
      intact = reached;
    }
    intact = std::max(intact, range.last);
  }
  return walk(database, partition, intact, end);
}

}  // namespace hansard::log
