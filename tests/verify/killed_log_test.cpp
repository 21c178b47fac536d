// What verification says of the write-ahead logs of an event log that was killed: room behind records is none of its
// business, records that are zeros by now are.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rocksdb/db.h>

#include "engine/log/wal_room.h"
#include "replay/verify/database_files.h"
#include "tests/support/temp_folder.h"

namespace hansard::verify {
namespace {
namespace fs = std::filesystem;
using support::TempFolder;

constexpr int kPuts = 20;

// A database with two logs that both hold something, as a kill leaves it.
void make_killed(const std::string& from, const std::string& to) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.env = log::env_with_room();
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(options, from, &opened).ok());
  const std::unique_ptr<rocksdb::DB> database(opened);
  rocksdb::ColumnFamilyHandle* other = nullptr;
  REQUIRE(database->CreateColumnFamily({}, "other", &other).ok());
  rocksdb::WriteOptions synced;
  synced.sync = true;
  for (int i = 0; i < kPuts; ++i) REQUIRE(database->Put(synced, "key", "old").ok());
  REQUIRE(database->Put(synced, other, "key", "value").ok());
  REQUIRE(database->Flush({}, other).ok());  // begins a log, and the other family still needs the one before
  for (int i = 0; i < kPuts; ++i) REQUIRE(database->Put(synced, "key", "new").ok());
  fs::create_directories(fs::path(to).parent_path());
  fs::copy(from, to, fs::copy_options::recursive);
  REQUIRE(database->DestroyColumnFamilyHandle(other).ok());
}

std::string content_of(const fs::path& path) {
  std::string content(fs::file_size(path), '\0');
  std::ifstream(path, std::ios::binary).read(content.data(), static_cast<std::streamsize>(content.size()));
  return content;
}

std::vector<fs::path> logs_in(const fs::path& folder) {
  std::vector<fs::path> logs;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

// The last `bytes` of a log's records become zeros, and room stays behind them.
void zero_end(const fs::path& log, std::size_t bytes) {
  std::string content = content_of(log);
  const std::size_t end = content.find_last_not_of('\0') + 1;
  content.replace(end - bytes, bytes, bytes, '\0');
  content.resize(end - bytes + log::kRoomBytes, '\0');
  std::ofstream(log, std::ios::binary) << content;
}

std::vector<Damage> damages(const std::string& data, const std::string& folder) {
  Findings findings;
  {
    Check check(findings, "files", "", "bytes");
    check_database_files(data, folder, 1, check);
  }
  return findings.damages();
}

bool is_sound(const std::string& data, const std::string& folder) { return damages(data, folder).empty(); }

// Reading it fails with EIO.
void make_unreadable(const fs::path& file) {
  fs::remove(file);
  fs::create_symlink("/proc/self/mem", file);
}
}  // namespace

TEST_CASE("room behind the records of an event log's write-ahead logs is sound, in another database it is not") {
  const TempFolder temp;
  make_killed(temp / "live", temp / "data/log");
  const auto logs = logs_in(temp / "data/log");
  REQUIRE(logs.size() == 2);
  CHECK(content_of(logs.back()).back() == '\0');
  zero_end(logs.front(), 0);  // the kill came before it was closed
  CHECK(is_sound(temp / "data", "log"));
  fs::copy(temp / "data/log", temp / "data/keys", fs::copy_options::recursive);
  CHECK_FALSE(is_sound(temp / "data", "keys"));
}

TEST_CASE("records at the end of a log that are zeros are missed where the next one goes on behind them") {
  const TempFolder temp;
  make_killed(temp / "live", temp / "data/log");
  const auto log = logs_in(temp / "data/log").front();
  // A put of the other family, and some before it: each record in one piece, and the cut between two of them.
  const std::string content = content_of(log);
  const std::size_t last = content.rfind("old");
  zero_end(log, content.find_last_not_of('\0') + 1 - (last + 3));
  CHECK_FALSE(is_sound(temp / "data", "log"));
}

TEST_CASE("a file that cannot be read is told from one that is damaged") {
  const TempFolder temp;
  make_killed(temp / "live", temp / "data/log");
  const auto log = logs_in(temp / "data/log").front();
  for (const fs::path& file : {log, fs::path(temp / "data/log/CURRENT")}) {
    make_unreadable(file);
    const auto found = damages(temp / "data", "log");
    REQUIRE(found.size() == 1);
    CHECK(found.front().file == "log/" + file.filename().string());
    CHECK(found.front().what == "cannot read " + file.string() + ": Input/output error");
  }
}

}  // namespace hansard::verify
