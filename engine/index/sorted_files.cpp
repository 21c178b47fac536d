#include "engine/index/sorted_files.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <rocksdb/sst_file_writer.h>

#include "engine/base/check.h"

namespace hansard::index {

namespace {
std::string key_of(Table table, const ConversationId& id) { return row_key(table, id.bytes); }
std::string key_of(Table table, const MessageId& id) { return row_key(table, id.bytes); }
std::string key_of(Table table, const StreamId& id) { return row_key(table, id.bytes); }
std::string key_of(Table table, const ShortDigest& hash) { return row_key(table, hash); }
std::string key_of(Table table, const MemberKey& key) { return row_key(table, key.conversation, key.user); }

class SortedFile {
 public:
  SortedFile(const rocksdb::Options& options, std::string path)
      : writer_(rocksdb::EnvOptions(), options, nullptr, /*invalidate_page_cache=*/false), path_(std::move(path)) {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    check(writer_.Open(path_));
  }
  void put(const std::string& key, const std::string& row) { check(writer_.Put(key, row)); }
  template <class Row>
  void put_row(const std::string& key, const Row& row) {
    put(key, row_bytes(row));
  }
  template <class Row>
  void put_row(const std::string& key, const std::optional<Row>& row) {
    row ? put(key, row_bytes(*row)) : check(writer_.Delete(key));
  }
  std::string finish() {
    check(writer_.Finish());
    return path_;
  }

 private:
  void check(const rocksdb::Status& status) const { CHECK(status.ok(), "writing", path_, status.ToString()); }

  rocksdb::SstFileWriter writer_;
  std::string path_;
};

template <class Map>
void put_all(SortedFile& file, Table table, const Map& map) {
  std::vector<std::pair<std::string, const typename Map::mapped_type*>> sorted;
  sorted.reserve(map.size());
  for (const auto& [key, row] : map) sorted.emplace_back(key_of(table, key), &row);
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [key, row] : sorted) file.put_row(key, *row);
}
}  // namespace

std::vector<std::string> write_sorted_files(const rocksdb::Options& options, const std::string& prefix,
                                            const Rows& rows, Checkpoint checkpoint) {
  std::vector<std::string> files;
  auto write = [&](Table table, const auto& map, bool with_checkpoint) {
    if (map.empty() && !with_checkpoint) return;
    SortedFile file(options, prefix + "-" + std::to_string(static_cast<int>(table)) + ".sst");
    if (with_checkpoint) file.put_row(checkpoint_key(), checkpoint);
    put_all(file, table, map);
    files.push_back(file.finish());
  };
  write(Table::heads, rows.heads, true);
  write(Table::members, rows.members, false);
  write(Table::messages, rows.messages, false);
  write(Table::readers, rows.readers, false);
  write(Table::streams, rows.streams, false);
  write(Table::commands, rows.commands, false);
  return files;
}

}  // namespace hansard::index
