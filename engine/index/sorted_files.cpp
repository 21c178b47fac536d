#include "engine/index/sorted_files.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "engine/base/check.h"
#include "engine/index/index_failure.h"

namespace hansard::index {

namespace {
constexpr std::uint64_t kFileBytesMin = 1u << 20;

void append_key(Table table, const ConversationId& id, std::string& out) { append_row_key(table, id.bytes, out); }
void append_key(Table table, const MessageId& id, std::string& out) { append_row_key(table, id.bytes, out); }
void append_key(Table table, const StreamId& id, std::string& out) { append_row_key(table, id.bytes, out); }
void append_key(Table table, const ShortDigest& hash, std::string& out) { append_row_key(table, hash, out); }
void append_key(Table table, const MemberKey& key, std::string& out) {
  append_row_key(table, key.conversation.bytes, key.user, out);
}
void append_key(Table, const SideKey& key, std::string& out) { out += key; }

class SortedFile {
 public:
  SortedFile(const rocksdb::Options& options, std::string path)
      : writer_(rocksdb::EnvOptions(options), options, nullptr, /*invalidate_page_cache=*/false),
        path_(std::move(path)) {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    check(writer_.Open(path_));
  }
  void put(std::string_view key, const std::string& row) { check(writer_.Put(key, row)); }
  template <class Row>
  void put_row(std::string_view key, const Row& row) {
    put(key, row_bytes(row));
  }
  template <class Row>
  void put_row(std::string_view key, const std::optional<Row>& row) {
    row ? put(key, row_bytes(*row)) : check(writer_.Delete(key));
  }
  void put_row(std::string_view key, const std::optional<std::string>& bytes) {
    bytes ? put(key, *bytes) : check(writer_.Delete(key));
  }
  std::uint64_t bytes() { return writer_.FileSize(); }
  rocksdb::ExternalSstFileInfo finish() {
    rocksdb::ExternalSstFileInfo written;
    check(writer_.Finish(&written));
    return written;
  }

 private:
  void check(const rocksdb::Status& status) const { require(status, path_, kWriting); }

  rocksdb::SstFileWriter writer_;
  std::string path_;
};

// The first eight bytes as they order; the checkpoint's key alone is shorter, and is not sorted.
std::uint64_t first_of(std::string_view key) {
  std::uint64_t number = 0;
  CHECK(key.size() >= sizeof(number));
  for (char byte : key.substr(0, sizeof(number))) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

// The rows of one map in the order of their keys, which stand in one string. Most keys differ in their first eight
// bytes, so those are compared first, as a number.
template <class Map>
class InOrder {
 public:
  InOrder(Table table, const Map& map) {
    rows_.reserve(map.size());
    keys_.reserve(map.size() * kKeyBytes);
    for (const auto& [key, row] : map) {
      const std::size_t at = keys_.size();
      append_key(table, key, keys_);
      const std::string_view written = std::string_view(keys_).substr(at);
      rows_.push_back({first_of(written), at, written.size(), &row});
    }
    std::sort(rows_.begin(), rows_.end(), [this](const Placed& a, const Placed& b) {
      return a.first != b.first ? a.first < b.first : key(a) < key(b);
    });
  }
  void put_to(SortedFile& file) const {
    for (const Placed& one : rows_) file.put_row(key(one), *one.row);
  }

 private:
  static constexpr std::size_t kKeyBytes = 1 + 16;  // of most
  struct Placed {
    std::uint64_t first;
    std::size_t at, size;  // of the key, in keys_
    const typename Map::mapped_type* row;
  };
  std::string_view key(const Placed& one) const { return std::string_view(keys_).substr(one.at, one.size); }

  std::string keys_;
  std::vector<Placed> rows_;
};

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
    InOrder(table, map).put_to(*file_);
  }
  SortedFile& first() { return *file_; }
  std::vector<rocksdb::ExternalSstFileInfo> finish() {
    written_.push_back(file_->finish());
    return std::move(written_);
  }

 private:
  void next() {
    if (file_) written_.push_back(file_->finish());
    file_ = std::make_unique<SortedFile>(options_, prefix_ + "-" + std::to_string(written_.size()) + ".sst");
  }

  const rocksdb::Options& options_;
  const std::string prefix_;
  std::unique_ptr<SortedFile> file_;
  std::vector<rocksdb::ExternalSstFileInfo> written_;
};
}  // namespace

std::vector<rocksdb::ExternalSstFileInfo> write_sorted_files(const rocksdb::Options& options, const std::string& prefix,
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
