// Verbs that break a stopped log's files from outside, and find out where in them a record is.
#pragma once

#include <string>
#include <vector>

#include "tests/log/log_fixture.h"

namespace hansard::log {

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& content);

// Paths in `folder` with this extension (".log", ".sst") or prefix ("MANIFEST"), in order of name, which in RocksDB is
// the order they were made in.
std::vector<std::string> files_with_extension(const std::string& folder, const std::string& extension);
std::vector<std::string> files_with_prefix(const std::string& folder, const std::string& prefix);
// The newest WAL that is not empty. CHECKs that there is one.
std::string last_wal(const std::string& data);
// Where the last record of a WAL ends: behind it there may be room, which is zeros. No record of these tests ends in
// one.
std::size_t records_end(const std::string& wal);
std::string read_records(const std::string& wal);

void cut_file(const std::string& path, std::size_t size);
// XORs `count` bytes.
void garble(const std::string& path, std::size_t at, std::size_t count);
void zero(const std::string& path, std::size_t at, std::size_t count);

// A data folder as a kill leaves it: a log of two tables and a WAL of 30 appends of one record each, all witnessed. It
// holds kEventsInAll events.
inline constexpr std::size_t kPerTable = 20, kInWal = 30, kEventsInAll = 2 * kPerTable + kInWal;
void make_stopped_log(const std::string& data, std::size_t record_bytes = 100);

}  // namespace hansard::log
