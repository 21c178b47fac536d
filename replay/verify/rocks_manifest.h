// What a RocksDB database says it consists of, read from its MANIFEST without RocksDB: the tables that are alive, their
// sizes, ranges and whole-file checksums. So the bytes of a table can be judged before any code that believes them
// looks at them.
//
// Format: records (engine/log/block_log.h) of tagged fields, RocksDB 7.8.3, db/version_edit.h and .cc.
// Thread: any; plain functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::verify {

struct LiveTable {
  std::uint32_t family = 0;
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  std::string smallest, largest;          // user keys
  std::optional<std::uint32_t> checksum;  // CRC32C of the whole file; nothing: written without one
};

struct Manifest {
  std::map<std::uint64_t, LiveTable> tables;        // by number
  std::map<std::uint32_t, std::uint64_t> wal_from;  // family -> the first write-ahead log it still needs
  std::uint64_t first_wal() const;                  // older ones are left over
};

// One record of a MANIFEST into `manifest`. False: not what this format says, or of a format this build does not know.
bool apply_edit(std::string_view record, Manifest& manifest);

// "000012.sst"
std::string table_name(std::uint64_t number);

}  // namespace hansard::verify
