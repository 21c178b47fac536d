// Room ahead of small appends: there while the log is open, zeros and nothing else, gone once it is closed.
#include "engine/log/wal_room.h"

#include <catch2/catch.hpp>
#include <rocksdb/db.h>
#include <rocksdb/utilities/checkpoint.h>

#include "engine/log/wal_scan.h"
#include "tests/log/damage_fixture.h"

namespace hansard::log {

namespace {
std::unique_ptr<rocksdb::DB> open_database(const std::string& folder) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.env = env_with_room();
  options.avoid_flush_during_shutdown = true;
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(options, folder, &opened).ok());
  return std::unique_ptr<rocksdb::DB>(opened);
}

void put(rocksdb::DB& database, std::size_t bytes) {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  REQUIRE(database.Put(synced, "key", std::string(bytes, 'x')).ok());
}

// What is behind the last record.
std::size_t room_of(const std::string& wal) { return fs::file_size(wal) - records_end(wal); }
}  // namespace

TEST_CASE("small appends go into room that is made once for many of them, and a closed log has none") {
  TempFolder temp;
  auto database = open_database(temp / "db");
  put(*database, 500);
  const std::string wal = files_with_extension(temp / "db", ".log").back();
  CHECK(room_of(wal) == kRoomBytes);
  const auto length = fs::file_size(wal);
  for (int i = 0; i < 400; ++i) put(*database, 500);
  CHECK(fs::file_size(wal) == length);
  for (int i = 0; i < 400; ++i) put(*database, 500);
  CHECK(fs::file_size(wal) > length);
  CHECK(room_of(wal) < kRoomBytes);
  database.reset();
  CHECK(room_of(wal) == 0);
}

TEST_CASE("large appends make no room, and use up what there is") {
  TempFolder temp;
  auto database = open_database(temp / "db");
  put(*database, kSmallAppendBytes + 1);
  const std::string wal = files_with_extension(temp / "db", ".log").back();
  CHECK(room_of(wal) == 0);
  put(*database, 10);
  CHECK(room_of(wal) == kRoomBytes);
  for (int i = 0; i < 10; ++i) put(*database, kSmallAppendBytes + 1);
  CHECK(room_of(wal) == 0);
}

TEST_CASE("who asks how long an open log is, and who copies it, is not told of room") {
  TempFolder temp;
  auto database = open_database(temp / "db");
  for (int i = 0; i < 3; ++i) put(*database, 500);
  const std::string wal = files_with_extension(temp / "db", ".log").back();
  std::uint64_t told = 0;
  REQUIRE(env_with_room()->GetFileSize(wal, &told).ok());
  CHECK(told == records_end(wal));
  rocksdb::Checkpoint* made = nullptr;
  REQUIRE(rocksdb::Checkpoint::Create(database.get(), &made).ok());
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  REQUIRE(checkpoint->CreateCheckpoint(temp / "copy", 1u << 30).ok());
  CHECK(read_file(files_with_extension(temp / "copy", ".log").back()) == read_records(wal));
  database.reset();
  REQUIRE(env_with_room()->GetFileSize(wal, &told).ok());
  CHECK(told == fs::file_size(wal));
}

TEST_CASE("room is no part of a log, unless it is more than there can be or something follows") {
  TempFolder temp;
  make_stopped_log(temp / "data");
  const std::string records = read_records(last_wal(temp / "data"));
  const auto whole = scan_wal(records);
  auto with_room = records + std::string(kRoomBytes, '\0');
  CHECK_FALSE(scan_wal(with_room).has_broken_bytes);
  CHECK(scan_wal(with_room).last_sequence == whole.last_sequence);
  CHECK(scan_wal(with_room + '\0').has_broken_bytes);
  with_room.back() = 1;
  CHECK(scan_wal(with_room).has_broken_bytes);
  const auto unfinished = scan_wal(records.substr(0, records.size() - 1) + std::string(1'000, '\0'));
  CHECK(unfinished.has_broken_bytes);
  CHECK(unfinished.last_sequence == whole.last_sequence - 1);
}

TEST_CASE("a record that ends in zeros is no part of the room behind it") {
  TempFolder temp;
  auto database = open_database(temp / "db");
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const std::size_t zeros = GENERATE(1, 4, 5'000);
  REQUIRE(database->Put(synced, "first", std::string(100, 'x')).ok());
  const std::string wal = files_with_extension(temp / "db", ".log").back();
  REQUIRE(database->Put(synced, "second", std::string(300, 'x') + std::string(zeros, '\0')).ok());
  const std::size_t begin = records_end(wal);
  std::string bytes = read_file(wal).substr(0, begin + zeros) + std::string(kRoomBytes, '\0');
  const auto whole = scan_wal(bytes);
  CHECK_FALSE(whole.has_broken_bytes);
  CHECK(whole.room_begin == begin + zeros);
  bytes[50] = static_cast<char>(bytes[50] ^ 1);  // in the first one, in the same block
  const auto damaged = scan_wal(bytes);
  CHECK(damaged.has_broken_bytes);
  CHECK(damaged.sequence_after_broken == whole.last_sequence);
}

TEST_CASE("a log with room at its end opens with all that was appended, and goes on") {
  TempFolder temp;
  auto log = open_log(temp / "live").log;
  for (int i = 0; i < 20; ++i) append(*log, 3);
  REQUIRE(room_of(last_wal(temp / "live")) > 0);
  copy_folder(temp / "live", temp / "killed");
  for (int restart = 1; restart <= 3; ++restart) {
    auto [again, report] = open_log(temp / "killed");
    expect_records(*again, 60 + 3 * static_cast<std::size_t>(restart - 1));
    append(*again, 3);
    again.reset();
  }
}

}  // namespace hansard::log
