#include "engine/base/file_checksum.h"

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include <rocksdb/db.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/sst_file_writer.h>

#include "engine/base/crc32c.h"

namespace hansard::base {

namespace {
constexpr char kGeneratorName[] = "FileChecksumCrc32c";  // of RocksDB's: it stands in every MANIFEST
constexpr char kFactoryName[] = "FileChecksumGenCrc32cFactory";

class Generator final : public rocksdb::FileChecksumGenerator {
 public:
  void Update(const char* data, std::size_t size) override { crc_ = crc32c_extend(crc_, {data, size}); }
  // Most significant byte first.
  void Finalize() override {
    static_assert(std::endian::native == std::endian::little);
    const std::uint32_t big_endian = __builtin_bswap32(crc_);
    checksum_.assign(reinterpret_cast<const char*>(&big_endian), sizeof big_endian);
  }
  std::string GetChecksum() const override { return checksum_; }
  const char* Name() const override { return kGeneratorName; }

 private:
  std::uint32_t crc_ = 0;
  std::string checksum_;
};

class Factory final : public rocksdb::FileChecksumGenFactory {
 public:
  std::unique_ptr<rocksdb::FileChecksumGenerator> CreateFileChecksumGenerator(
      const rocksdb::FileChecksumGenContext& asked) override {
    const std::string& name = asked.requested_checksum_func_name;
    if (!name.empty() && name != kGeneratorName) return nullptr;
    return std::make_unique<Generator>();
  }
  const char* Name() const override { return kFactoryName; }
};
}  // namespace

std::shared_ptr<rocksdb::FileChecksumGenFactory> file_checksums() {
  if (!has_crc32c_instruction()) return rocksdb::GetFileChecksumGenCrc32cFactory();
  return std::make_shared<Factory>();
}

rocksdb::Status take_tables(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* family,
                            std::span<const rocksdb::ExternalSstFileInfo> tables) {
  rocksdb::IngestExternalFileArg files;
  files.column_family = family;
  files.options.move_files = true;
  files.options.write_global_seqno = false;  // the file stays what its checksum says
  files.options.verify_file_checksum = false;
  for (const auto& table : tables) {
    files.external_files.push_back(table.file_path);
    files.files_checksums.push_back(table.file_checksum);
    files.files_checksum_func_names.push_back(table.file_checksum_func_name);
  }
  return database.IngestExternalFiles({files});
}

}  // namespace hansard::base
