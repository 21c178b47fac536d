#include "projections/view_database.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "engine/base/database_env.h"
#include "engine/base/database_options.h"

namespace hansard::projections {

namespace {
constexpr int kOpenFilesMax = 256;
// Merges read their files in such pieces, instead of a block of 4 KiB at a time.
constexpr std::uint64_t kMergeReadBytes = 256u << 10;

// Where the memtable goes on from where it inserted last, instead of searching from the top: in a table whose keys rise
// at its end, else beside the last row of the same conversation, user or list, which is what keys begin with.
class Places final : public rocksdb::SliceTransform {
 public:
  explicit Places(std::string_view rising) : rising_(rising) {}
  const char* Name() const override { return "hansard.Places"; }
  bool InDomain(const rocksdb::Slice& key) const override { return !key.empty(); }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    constexpr std::size_t kTable = 1, kOwner = 16;  // bytes
    const bool is_rising = rising_.find(key[0]) != std::string_view::npos;
    return {key.data(), is_rising ? kTable : std::min(key.size(), kTable + kOwner)};
  }

 private:
  const std::string rising_;
};
}  // namespace

rocksdb::Options view_database_options(const StoreOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  rocksdb::Options rocks = base::database_options();
  rocks.listeners.push_back(base::merges_go_behind());
  rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocks.write_buffer_size = options.write_buffer_bytes;
  rocks.memtable_insert_with_hint_prefix_extractor = std::make_shared<Places>(options.rising);
  // Most keys are random, so leveled compaction would rewrite every row about ten times.
  rocks.compaction_style = rocksdb::kCompactionStyleUniversal;
  rocks.level0_file_num_compaction_trigger = 8;
  // Runs wait for the one merge under way, which may take minutes; a view that fell behind meanwhile costs more.
  rocks.level0_slowdown_writes_trigger = 1'000;
  rocks.level0_stop_writes_trigger = 2'000;
  rocks.soft_pending_compaction_bytes_limit = rocks.hard_pending_compaction_bytes_limit = 0;  // no limit
  rocks.max_write_buffer_number = 3;
  rocks.max_background_jobs = 2;
  rocks.max_open_files = kOpenFilesMax;
  rocks.compression = rocksdb::kNoCompression;
  rocks.avoid_flush_during_shutdown = true;  // what must last is flushed by name
  rocks.bytes_per_sync = kViewBytesPerSync;
  rocks.compaction_readahead_size = kMergeReadBytes;
  return rocks;
}

}  // namespace hansard::projections
