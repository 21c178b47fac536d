// The write-ahead log of an index stays short, whatever is written.
#include <filesystem>

#include <catch2/catch.hpp>

#include "projections/search/sqlite.h"
#include "tests/support/temp_folder.h"

namespace hansard::search {
namespace {

constexpr std::uint64_t kPageBytes = 4'096, kPagesACommit = 100;

void write_pages(Connection& connection, std::uint64_t pages) {
  auto insert = connection.prepare("INSERT INTO filler(bytes) VALUES (zeroblob(4000))");
  REQUIRE(insert);
  for (std::uint64_t written = 0; written < pages; written += kPagesACommit) {
    REQUIRE(connection.run("BEGIN"));
    for (std::uint64_t i = 0; i < kPagesACommit; ++i) REQUIRE(insert.value().run());
    REQUIRE(connection.run("COMMIT"));
  }
}

}  // namespace

TEST_CASE("a log that has grown long goes into the file, and begins anew") {
  const support::TempFolder folder;
  const std::string path = folder.path("index.db");
  auto connection = Connection::open(path, Connection::Mode::write);
  REQUIRE(connection);
  REQUIRE(connection.value().run("PRAGMA journal_mode=WAL; CREATE TABLE filler(bytes BLOB)"));
  const std::uint64_t longest = (WalWriteOut::kCheckpointPages + 2 * kPagesACommit) * (kPageBytes + 24);

  write_pages(connection.value(), 3'000);
  CHECK(std::filesystem::file_size(path) < 100 * kPageBytes);
  write_pages(connection.value(), 2'000);
  CHECK(std::filesystem::file_size(path) > 3'000 * kPageBytes);
  write_pages(connection.value(), 10'000);
  CHECK(std::filesystem::file_size(path + "-wal") < longest);

  auto rows = connection.value().integer("SELECT count(*) FROM filler");
  REQUIRE(rows);
  CHECK(rows.value() == 15'000);
}

TEST_CASE("closing and opening again goes on with the same rows") {
  const support::TempFolder folder;
  const std::string path = folder.path("index.db");
  for (std::int64_t round = 1; round <= 3; ++round) {
    auto connection = Connection::open(path, Connection::Mode::write);
    REQUIRE(connection);
    REQUIRE(connection.value().run("PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS filler(bytes BLOB)"));
    write_pages(connection.value(), kPagesACommit);
    auto rows = connection.value().integer("SELECT count(*) FROM filler");
    REQUIRE(rows);
    CHECK(rows.value() == round * static_cast<std::int64_t>(kPagesACommit));
  }
}

}  // namespace hansard::search
