#include "engine/log/table_scan.h"

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include "engine/log/database.h"

namespace hansard::log {

base::Result<void> for_each_table_value(const std::string& path,
                                        const std::function<void(std::string_view key, std::string_view value)>& use) {
  rocksdb::SstFileReader reader{rocksdb::Options()};
  rocksdb::Status status = reader.Open(path);
  if (!status.ok()) return storage_error("cannot open the table " + path, status);
  std::unique_ptr<rocksdb::Iterator> rows(reader.NewIterator({}));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    use(rows->key().ToStringView(), rows->value().ToStringView());
  }
  if (!rows->status().ok()) return storage_error("cannot read the table " + path, rows->status());
  return base::success();
}

}  // namespace hansard::log
