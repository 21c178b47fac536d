// The files of one RocksDB database, judged as bytes and without RocksDB: the seal (engine/base/folder_seal.h) where it
// was closed cleanly, CURRENT, every record of the MANIFEST, every table against the whole-file checksum that the
// MANIFEST keeps of it, every record of the write-ahead logs.
//
// A folder without a seal was not closed cleanly: a torn record at the end of its newest write-ahead log is then no
// damage, nor is room behind the last record of one of the event log (engine/log/wal_room.h), where the next goes on
// from there; anything else is.
//
// Thread: one; `threads` more inside.
#pragma once

#include <string>
#include <vector>

#include "replay/verify/findings.h"
#include "replay/verify/rocks_manifest.h"

namespace hansard::verify {

// The folders below `data` that hold a database (a CURRENT or a MANIFEST), by name and relative to it. What was set
// aside (*.quarantined, log.lost-*) or never finished (*.new) is left out.
std::vector<std::string> find_databases(const std::string& data);

struct DatabaseFiles {
  std::string folder;  // relative to the data folder
  Manifest manifest;
  bool is_sealed = false;
  bool can_be_opened = false;  // CURRENT and MANIFEST are sound, every table is there
  bool is_sound = false;
};

// Damages go to `check`, which counts bytes.
DatabaseFiles check_database_files(const std::string& data, const std::string& folder, unsigned threads, Check& check);

// Every file of a sealed folder that its seal covers. False: it has no seal.
bool check_seal(const std::string& data, const std::string& folder, Check& check);

}  // namespace hansard::verify
