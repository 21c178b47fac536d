// What comes back from the disk otherwise than it was written: once, or for good. Below everything here stands a file
// system that can flip a bit of one read.
#include "projections/search/secure_vfs.h"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

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

TEST_CASE("a file that decays is corrupt wherever it is asked for that page") {
  const support::TempFolder folder;
  const std::string path = folder.path("index.db");
  filled(path);
  const auto size = std::filesystem::file_size(path);
  int found = 0, tried = 0;
  for (std::uintmax_t at = 150; at < size; at += 997) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto put = [&](char byte) { file.seekp(static_cast<std::streamoff>(at)).put(byte).flush(); };
    file.seekg(static_cast<std::streamoff>(at));
    const char before = static_cast<char>(file.get());
    put(static_cast<char>(before ^ 0x20));
    for (const char* pragmas : {"", "PRAGMA mmap_size=2147418112"}) {
      auto rows = right_rows(path, Mode::immutable, pragmas);
      INFO(at);
      CHECK((rows ? rows.value() == kRows : rows.error().code == base::ErrorCode::corrupt));
      ++tried;
      found += rows ? 0 : 1;
    }
    put(before);
  }
  CHECK(found > tried * 3 / 4);  // nobody asks for the pointer map
  CHECK(told(right_rows(path, Mode::immutable)) == kAll);
}

}  // namespace hansard::search
