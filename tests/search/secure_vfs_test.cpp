// What comes back from the disk otherwise than it was written: once, or for good. Below everything here stands a file
// system that can flip a bit of one read.
#include "projections/search/secure_vfs.h"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "projections/search/known_pages.h"
#include "projections/search/sealed_page.h"
#include "projections/search/sqlite.h"
#include "tests/support/temp_folder.h"

namespace hansard::search {
namespace {
using Mode = Connection::Mode;

// Of the whole program: secure_vfs() wraps what is the default when it is first asked for.
struct Flipping {
  Flipping() {
    vfs.zName = "flipping";
    vfs.xOpen = open;
    sqlite3_vfs_register(&vfs, 1);
  }
  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags);
  static int read(sqlite3_file* file, void* into, int size, sqlite3_int64 at);

  sqlite3_vfs* const original = sqlite3_vfs_find(nullptr);
  sqlite3_vfs vfs = *original;
  const sqlite3_io_methods *database = nullptr, *log = nullptr;
  sqlite3_io_methods flipping_database{}, flipping_log{};
  int reads = 0, flipped = 0;  // the read that is flipped, from 1; 0: none
} flipping;

int Flipping::read(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  const int code = flipping.database->xRead(file, into, size, at);
  if (++flipping.reads == flipping.flipped) static_cast<char*>(into)[size * 2 / 3] ^= 0x08;
  return code;
}

int Flipping::open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int code = flipping.original->xOpen(flipping.original, name, file, flags, out_flags);
  const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
  if (code != SQLITE_OK || (!is_log && (flags & SQLITE_OPEN_MAIN_DB) == 0)) return code;
  sqlite3_io_methods& own = is_log ? flipping.flipping_log : flipping.flipping_database;
  (is_log ? flipping.log : flipping.database) = file->pMethods;
  own = *file->pMethods;
  own.xRead = read;
  file->pMethods = &own;
  return code;
}

constexpr int kRows = 400;
const std::string kText = "printf('%.*c%d', 100 + number % 50, 'x', number)";

Connection filled(const std::string& path) {
  auto file = Connection::open(path, Mode::write);
  REQUIRE(file);
  REQUIRE(
      file.value().run("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                       "CREATE TABLE message(number INTEGER PRIMARY KEY, text BLOB);"));
  REQUIRE(file.value().run("WITH RECURSIVE n(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < " +
                           std::to_string(kRows) + ") INSERT INTO message SELECT number, " + kText + " FROM n"));
  return std::move(file).value();
}

// How many rows say what they should.
base::Result<std::int64_t> right_rows(const std::string& path, Mode mode, const char* pragmas = "") {
  TRY(auto file, Connection::open(path, mode));
  TRY(file.run(pragmas));
  return file.integer("SELECT count(*) FROM message WHERE text = " + kText);
}

// For a CHECK that shows the error.
std::string told(const base::Result<std::int64_t>& rows) {
  return rows ? std::to_string(rows.value()) : rows.error().detail;
}
const std::string kAll = std::to_string(kRows);

// Every read that `step` makes, flipped in its turn.
template <class Step>
void with_each_read_flipped(const Step& step) {
  int reads = 1;
  for (int flipped = 1; flipped <= reads; ++flipped) {
    flipping.reads = 0;
    flipping.flipped = flipped;
    step();
    flipping.flipped = 0;
    reads = flipping.reads;
    CHECK(reads > 10);
  }
}

void copy(const std::string& from, const std::string& to) {
  for (const char* ending : {"", "-wal"}) {
    std::filesystem::remove(to + ending);
    if (std::filesystem::exists(from + ending)) std::filesystem::copy_file(from + ending, to + ending);
  }
}
}  // namespace

TEST_CASE("a bit that flips on the way from the disk is read again") {
  const support::TempFolder folder;
  const std::string path = folder.path("index.db");
  filled(path);
  with_each_read_flipped([&] { CHECK(told(right_rows(path, Mode::immutable)) == kAll); });
}

TEST_CASE("a bit that flips on the way from the write-ahead log gets nowhere") {
  const support::TempFolder folder;
  const std::string path = folder.path("index.db"), other = folder.path("copy.db");
  Connection writer = filled(path);
  copy(path, other);
  REQUIRE(std::filesystem::file_size(other + "-wal") > 10 * kPageBytes);
  SECTION("by another connection") {
    with_each_read_flipped([&] { CHECK(told(right_rows(path, Mode::read)) == kAll); });
  }
  SECTION("on its way into the file") {
    flipping.reads = 0;
    flipping.flipped = 7;
    REQUIRE(writer.empty_wal().value());
    flipping.flipped = 0;
    CHECK(flipping.reads > 7);
    CHECK(told(right_rows(path, Mode::immutable)) == kAll);
  }
  SECTION("at the recovery of a log that was left behind") {
    const std::string again = folder.path("again.db");
    with_each_read_flipped([&] {
      copy(other, again);
      CHECK(told(right_rows(again, Mode::write)) == kAll);
    });
  }
}

// Asked by reads and by mmap.
void check_corrupt_or_right(const std::string& path, int& found) {
  for (const char* pragmas : {"", "PRAGMA mmap_size=2147418112"}) {
    auto rows = right_rows(path, Mode::immutable, pragmas);
    CHECK((rows ? rows.value() == kRows : rows.error().code == base::ErrorCode::corrupt));
    found += rows ? 0 : 1;
  }
}

std::string bytes_at(const std::string& path, std::uintmax_t at, std::size_t size) {
  std::string bytes(size, '\0');
  std::ifstream(path, std::ios::binary).seekg(static_cast<std::streamoff>(at)).read(bytes.data(), std::ssize(bytes));
  return bytes;
}

void put(const std::string& path, std::uintmax_t at, const std::string& bytes) {
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
      .seekp(static_cast<std::streamoff>(at))
      .write(bytes.data(), std::ssize(bytes));
}

TEST_CASE("a file that decays is corrupt wherever it is asked for that page") {
  const support::TempFolder folder;
  const std::string path = folder.path("index.db");
  filled(path);
  const auto size = std::filesystem::file_size(path);
  int found = 0, tried = 0;
  SECTION("a byte") {
    for (std::uintmax_t at = 150; at < size; at += 997, tried += 2) {
      const std::string before = bytes_at(path, at, 1);
      put(path, at, std::string(1, static_cast<char>(before[0] ^ 0x20)));
      INFO(at);
      check_corrupt_or_right(path, found);
      put(path, at, before);
    }
  }
  SECTION("zeros for a page") {
    for (std::uintmax_t at = 0; at < size; at += kPageBytes, tried += 2) {
      const std::string before = bytes_at(path, at, kPageBytes);
      put(path, at, std::string(kPageBytes, '\0'));
      INFO(at);
      check_corrupt_or_right(path, found);
      put(path, at, before);
    }
  }
  SECTION("the end of it cut") {
    const std::string end = bytes_at(path, size - kPageBytes, kPageBytes);
    for (std::size_t less : {1, 16, 1'000, 4'080}) {
      std::filesystem::resize_file(path, size - less);
      INFO(less);
      check_corrupt_or_right(path, found);
      put(path, size - kPageBytes, end);
      tried += 2;
    }
  }
  CHECK(found > tried * 3 / 4);  // nobody asks for the pointer map
  CHECK(told(right_rows(path, Mode::immutable)) == kAll);
}

TEST_CASE("a log that decays before it is moved to the file is told with the next commit") {
  const support::TempFolder folder;
  const std::string path = folder.path("index.db");
  Connection writer = filled(path);
  const std::uintmax_t page = 32 + 7 * (24 + kPageBytes) + 24;
  const std::string before = bytes_at(path + "-wal", page + 99, 1);
  put(path + "-wal", page + 99, std::string(1, static_cast<char>(before[0] ^ 0x01)));
  REQUIRE(writer.run("CREATE TABLE filler(bytes BLOB)"));
  REQUIRE(writer.last_checkpoint());
  for (int i = 0; i < WalWriteOut::kCheckpointPages / 100; ++i) {
    REQUIRE(
        writer.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
                   "INSERT INTO filler SELECT zeroblob(4000) FROM n"));
  }
  auto checkpoint = writer.last_checkpoint();
  REQUIRE_FALSE(checkpoint);
  CHECK(checkpoint.error().code == base::ErrorCode::corrupt);
}

TEST_CASE("of a file that is not there any more nothing is known") {
  CHECK(checked_pages("/nowhere/index.db") == nullptr);
  CHECK(written_frames("/nowhere/index.db-wal") == nullptr);
}

}  // namespace hansard::search
