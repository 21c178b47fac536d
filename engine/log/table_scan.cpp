#include "engine/log/table_scan.h"

#include <rocksdb/comparator.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include "engine/log/database.h"

namespace hansard::log {

namespace {
// No two keys are equal, and what is written later comes later: so the reader, which skips every version of a key but
// the newest and everything below a removal, skips nothing. Only for going through a table from its first entry.
class EveryVersion final : public rocksdb::Comparator {
 public:
  const char* Name() const override { return rocksdb::BytewiseComparator()->Name(); }
  int Compare(const rocksdb::Slice& a, const rocksdb::Slice& b) const override {
    const int order = a.compare(b);
    return order == 0 ? 1 : order;
  }
  bool Equal(const rocksdb::Slice& a, const rocksdb::Slice& b) const override { return a == b; }
  void FindShortestSeparator(std::string*, const rocksdb::Slice&) const override {}
  void FindShortSuccessor(std::string*) const override {}
};
}  // namespace

base::Result<void> for_each_table_value(const std::string& path,
                                        const std::function<void(std::string_view key, std::string_view value)>& use) {
  const EveryVersion every_version;
  rocksdb::Options options;
  options.comparator = &every_version;
  rocksdb::SstFileReader reader(options);
  rocksdb::Status status = reader.Open(path);
  if (!status.ok()) return storage_error("cannot open the table " + path, status);
  rocksdb::ReadOptions read;
  read.ignore_range_deletions = true;
  std::unique_ptr<rocksdb::Iterator> rows(reader.NewIterator(read));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    use(rows->key().ToStringView(), rows->value().ToStringView());
  }
  if (!rows->status().ok()) return storage_error("cannot read the table " + path, rows->status());
  return base::success();
}

}  // namespace hansard::log
