// What a simulated server leaves behind when its process ends: the bytes of its log and how many of them were synced,
// its views and its write index at every version since they were last on disk, its keys. A crash takes some of what was
// not synced, by chance: the log is cut at any byte (and may end in garbage), a view or the index falls back to any
// version between the last one on disk and the newest.
//
// Invariant: what was synced is never touched.
// Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sim/chance.h"

namespace hansard::sim {

// The bytes of a log: one frame a batch, length and CRC in front, so that a torn batch is known and is none.
struct LogFile {
  std::string bytes;
  std::size_t synced = 0;
  bool has_reserve = true;
  std::map<std::string, std::string, std::less<>> meta;

  void append(const std::vector<std::string_view>& records);
  // Every record of every whole frame, oldest first; what follows them is cut off.
  std::vector<std::string> recover();
  void crash(Chance& chance);
};

// Rows that remember what they were: a map from key to its values by version. Version 0 is empty.
class VersionedRows {
 public:
  using Version = std::uint64_t;
  struct Value {
    Version version = 0;
    std::optional<std::string> bytes;  // nothing: removed
  };
  using Map = std::map<std::string, std::vector<Value>, std::less<>>;

  Version newest() const { return newest_; }
  // Everything put until the next call is of a new version.
  void begin_version() { ++newest_; }
  void put(std::string_view key, std::optional<std::string_view> value);
  // Nothing: not there at `at`.
  const std::string* get(std::string_view key, Version at) const;
  static const std::string* value_at(const std::vector<Value>& values, Version at);
  const Map& all() const { return rows_; }

  // What is on disk; a crash may keep more.
  void persist() { persisted_ = newest_; }
  void crash(Chance& chance);

 private:
  Map rows_;
  Version newest_ = 0;
  Version persisted_ = 0;
};

struct Disk {
  LogFile log;
  VersionedRows index, chat, audit;
  std::map<std::string, std::string> keys;
  std::string folder;  // of RocksDB's own databases; "": everything is above

  void crash(Chance& chance);
};

}  // namespace hansard::sim
