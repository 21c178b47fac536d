#include "tests/log/log_fixture.h"

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace hansard::log {

std::string record_at(Position position, std::size_t bytes) {
  std::string record = std::to_string(position.value) + ":";
  std::uint64_t state = position.value;
  while (record.size() < bytes) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    record.push_back(static_cast<char>(state >> 56));
  }
  return record;
}

LogOptions quiet_options() {
  LogOptions options;
  options.witness_interval_ms = 3'600'000;
  options.disk_reserve_bytes = 0;
  return options;
}

Opened open_log(const std::string& folder, const LogOptions& options) {
  Opened opened;
  auto log = open_rocks_log(folder, options, opened.report);
  CHECK(log.has_value(), log.has_error() ? log.error().detail : "");
  opened.log = std::move(log).value();
  return opened;
}

base::Error open_error(const std::string& folder, const LogOptions& options) {
  OpenReport report;
  auto log = open_rocks_log(folder, options, report);
  CHECK(log.has_error(), "the log opened");
  return log.error();
}

void append(EventLog& log, std::size_t count, std::size_t bytes) {
  Position head = log.durable(base::kPartition);
  std::vector<std::string> records;
  for (std::size_t i = 1; i <= count; ++i) records.push_back(record_at({head.value + i}, bytes));
  std::vector<std::string_view> views(records.begin(), records.end());
  CHECK(log.append(base::kPartition, head, views) == AppendOutcome::appended);
}

std::vector<std::string> read_all(const EventLog& log) {
  constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();
  std::vector<std::string> records;
  auto sink = [&](Position at, std::string_view record) {
    CHECK(at.value == records.size() + 1, at.value, records.size());
    records.emplace_back(record);
    return true;
  };
  auto last = log.read(base::kPartition, {1}, {kNoLimit, kNoLimit}, sink);
  CHECK(last.has_value(), last.has_error() ? last.error().detail : "");
  return records;
}

void expect_records(const EventLog& log, std::size_t count, std::size_t bytes) {
  std::vector<std::string> records = read_all(log);
  CHECK(records.size() == count, records.size(), count);
  for (std::size_t i = 0; i < count; ++i) CHECK(records[i] == record_at({i + 1}, bytes), i + 1);
}

std::string folder_digest(const std::string& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  base::Sha256 hash;
  for (const fs::path& path : paths) {
    std::ostringstream content;
    if (fs::is_regular_file(path) && fs::file_size(path) > 0) content << std::ifstream(path, std::ios::binary).rdbuf();
    hash.update(path.string() + '\0' + std::to_string(content.str().size()) + '\0');
    hash.update(content.str());
  }
  return std::string(base::view_of(hash.finish()));
}

void copy_folder(const std::string& from, const std::string& to) {
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

}  // namespace hansard::log
