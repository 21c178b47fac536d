#include "engine/index/sorted_files.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include <rocksdb/sst_file_writer.h>

#include "engine/index/index_failure.h"

namespace hansard::index {

namespace {
constexpr std::uint64_t kFileBytesMin = 1u << 20;

std::string key_of(Table table, const ConversationId& id) { return row_key(table, id.bytes); }
std::string key_of(Table table, const MessageId& id) { return row_key(table, id.bytes); }
std::string key_of(Table table, const StreamId& id) { return row_key(table, id.bytes); }
std::string key_of(Table table, const ShortDigest& hash) { return row_key(table, hash); }
std::string key_of(Table table, const MemberKey& key) { return row_key(table, key.conversation.bytes, key.user); }
std::string key_of(Table, const SideKey& key) { return key; }

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
  void put_row(const std::string& key, const std::optional<std::string>& bytes) {
    bytes ? put(key, *bytes) : check(writer_.Delete(key));
  }
  std::uint64_t bytes() { return writer_.FileSize(); }
  std::string finish() {
    check(writer_.Finish());
    return path_;
  }

 private:
  void check(const rocksdb::Status& status) const { require(status, path_, kWriting); }

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

// Writes tables in key order; a file ends with a table once it is worth a file.
class SortedFiles {
 public:
  SortedFiles(const rocksdb::Options& options, const std::string& prefix) : options_(options), prefix_(prefix) {
    next();
  }

  template <class Map>
  void add(Table table, const Map& map) {
    if (map.empty()) return;
    if (file_->bytes() >= kFileBytesMin) next();
    put_all(*file_, table, map);
  }
  SortedFile& first() { return *file_; }
  std::vector<std::string> finish() {
    paths_.push_back(file_->finish());
    return std::move(paths_);
  }

 private:
  void next() {
    if (file_) paths_.push_back(file_->finish());
    file_ = std::make_unique<SortedFile>(options_, prefix_ + "-" + std::to_string(paths_.size()) + ".sst");
  }

  const rocksdb::Options& options_;
  const std::string prefix_;
  std::unique_ptr<SortedFile> file_;
  std::vector<std::string> paths_;
};
}  // namespace

std::vector<std::string> write_sorted_files(const rocksdb::Options& options, const std::string& prefix,
                                            const Rows& rows, Checkpoint checkpoint) {
  SortedFiles files(options, prefix);
  files.first().put_row(checkpoint_key(), checkpoint);
  files.add(Table::heads, rows.heads);
  files.add(Table::members, rows.members);
  files.add(Table::messages, rows.messages);
  files.add(Table::readers, rows.readers);
  files.add(Table::streams, rows.streams);
  files.add(Table::commands, rows.commands);
  files.add(Table::reactions, rows.sides);  // and all tables after it
  return files.finish();
}

}  // namespace hansard::index
