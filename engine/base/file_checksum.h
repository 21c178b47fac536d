// The checksum that each table file of a database has in its MANIFEST: CRC32C of the whole file. It is what RocksDB's
// own factory makes, by its names and to the byte (rocksdb/file_checksum.h, util/file_checksum_helper.h of 7.8.3), so
// either reads what the other wrote; but a RocksDB that is built for any x86-64, as distributions have it, takes it
// from tables in software, at a fifth of the processor's own speed.
//
// Thread: any. Lives as long as whoever holds it.
#pragma once

#include <memory>
#include <span>

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class FileChecksumGenFactory;
struct ExternalSstFileInfo;
class Status;
}  // namespace rocksdb

namespace hansard::base {

// Every database's file_checksum_gen_factory.
std::shared_ptr<rocksdb::FileChecksumGenFactory> file_checksums();

// Moves tables that an SstFileWriter wrote into a database, as one change, with the checksums it made of what it wrote:
// left to itself the database would read them for it, and a bit that flips on that way would be in the MANIFEST.
rocksdb::Status take_tables(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* family,
                            std::span<const rocksdb::ExternalSstFileInfo> tables);

}  // namespace hansard::base
