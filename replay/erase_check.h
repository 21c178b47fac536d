// Looks for what was erased: given bytes in every file of a data folder, and the records of an erasure in its log.
//
// Every file of the folder is searched as it lies there, whoever left it: served, kept for a rollback, set aside or
// half made; also what lies behind links to folders. Tables of RocksDB also value by value, decompressed, every version
// of each; its write-ahead logs and MANIFESTs record by record; the search file row by row. Words are looked for as
// they are, as JSON and in base 64 (needles.h). What a disk keeps of files that were removed is out of reach, and so
// are single words in the inverted lists of the search file, which share their beginnings; those go with the row
// (projections/search/index_scrub.cpp).
//
// Thread: one. Nothing is written. Limits: kFindingsMax findings are kept, the rest is counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace hansard::replay {

struct EraseFinding {
  std::string text;   // what was looked for
  std::string place;  // "log/000012.sst, byte 4711", below the data folder
};

struct EraseReport {
  static constexpr std::size_t kFindingsMax = 100;
  std::uint64_t files = 0, bytes = 0, values = 0;
  std::uint64_t found = 0;
  std::vector<EraseFinding> findings;
  std::vector<std::string> unreadable;  // sentences: files that were gone or are no tables
};

struct EraseCheckOptions {
  std::string data_folder;
  std::vector<std::string> texts;
  bool quiet = false;
};
base::Result<EraseReport> search_folder(const EraseCheckOptions& options);

// What the log says of one erasure.
struct ErasureRecords {
  bool requested = false, completed = false;
  std::uint64_t messages = 0;  // message.erased of it
  std::uint64_t records = 0;   // of those messages, of the conversation itself, of the user
  std::uint64_t whole = 0;     // of those, with content still
};
base::Result<ErasureRecords> check_erasure(const std::string& data_folder, const base::ErasureId& erasure);

}  // namespace hansard::replay
