// What stands in the MANIFEST of a database must be the same whoever took it: RocksDB's own factory or ours.
#include "engine/base/file_checksum.h"

#include <memory>
#include <string>

#include <catch2/catch.hpp>
#include <rocksdb/db.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/sst_file_writer.h>

#include "tests/support/temp_folder.h"

namespace hansard::base {

namespace {
using Factory = std::shared_ptr<rocksdb::FileChecksumGenFactory>;

std::string checksum_in_pieces(const Factory& factory, const std::string& bytes, std::size_t piece) {
  auto generator = factory->CreateFileChecksumGenerator({});
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    generator->Update(bytes.data() + at, std::min(piece, bytes.size() - at));
  }
  generator->Finalize();
  return generator->GetChecksum();
}

std::unique_ptr<rocksdb::DB> open(const std::string& folder, const Factory& factory) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.file_checksum_gen_factory = factory;
  rocksdb::DB* db = nullptr;
  REQUIRE(rocksdb::DB::Open(options, folder, &db).ok());
  return std::unique_ptr<rocksdb::DB>(db);
}

void write_with_one_and_verify_with_the_other(const Factory& writer, const Factory& reader) {
  support::TempFolder folder;
  {
    auto db = open(folder.path("db"), writer);
    REQUIRE(db->Put({}, "key", std::string(100'000, 'v')).ok());
    REQUIRE(db->Flush({}).ok());
  }
  auto db = open(folder.path("db"), reader);
  CHECK(db->VerifyFileChecksums({}).ok());
}
}  // namespace

TEST_CASE("a file's checksum is RocksDB's own, however the bytes come", "[base]") {
  const Factory theirs = rocksdb::GetFileChecksumGenCrc32cFactory(), ours = file_checksums();
  std::string bytes;
  for (int i = 0; i < 5'000; ++i) bytes.push_back(static_cast<char>(i * 7 + i / 256));
  for (const std::size_t piece : {1u, 7u, 8u, 4096u, 5000u}) {
    CHECK(checksum_in_pieces(ours, bytes, piece) == checksum_in_pieces(theirs, bytes, 5'000));
  }
  CHECK(checksum_in_pieces(ours, "", 1) == checksum_in_pieces(theirs, "", 1));
}

TEST_CASE("its names are RocksDB's own, and what is asked by another name is not made", "[base]") {
  const Factory theirs = rocksdb::GetFileChecksumGenCrc32cFactory(), ours = file_checksums();
  CHECK(std::string(ours->Name()) == theirs->Name());
  const std::string name = theirs->CreateFileChecksumGenerator({})->Name();
  CHECK(ours->CreateFileChecksumGenerator({})->Name() == name);
  CHECK(ours->CreateFileChecksumGenerator({"a", name}) != nullptr);
  CHECK(ours->CreateFileChecksumGenerator({"a", "another"}) == nullptr);
}

TEST_CASE("a database written with either factory verifies with the other", "[base]") {
  const Factory theirs = rocksdb::GetFileChecksumGenCrc32cFactory(), ours = file_checksums();
  write_with_one_and_verify_with_the_other(theirs, ours);
  write_with_one_and_verify_with_the_other(ours, theirs);
}

// One that would read the table again would find another sum than this, and say so or note that.
TEST_CASE("a table is taken over with the checksum that was made as it was written", "[base]") {
  support::TempFolder folder;
  auto db = open(folder.path("db"), file_checksums());
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), db->GetOptions());
  REQUIRE(writer.Open(folder.path("table.sst")).ok());
  REQUIRE(writer.Put("key", "value").ok());
  rocksdb::ExternalSstFileInfo written;
  REQUIRE(writer.Finish(&written).ok());
  SECTION("which is its own") {
    REQUIRE(take_tables(*db, db->DefaultColumnFamily(), {&written, 1}).ok());
    CHECK(db->VerifyFileChecksums({}).ok());
    std::string value;
    CHECK((db->Get({}, "key", &value).ok() && value == "value"));
  }
  SECTION("and with no other") {
    written.file_checksum.back() ^= 1;
    REQUIRE(take_tables(*db, db->DefaultColumnFamily(), {&written, 1}).ok());
    CHECK(db->VerifyFileChecksums({}).IsCorruption());
  }
}

}  // namespace hansard::base
