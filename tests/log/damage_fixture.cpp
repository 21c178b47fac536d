#include "tests/log/damage_fixture.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/base/check.h"
#include "engine/log/witness.h"

namespace hansard::log {

std::string read_file(const std::string& path) {
  std::ostringstream content;
  std::ifstream file(path, std::ios::binary);
  CHECK(file.good(), path);
  if (fs::file_size(path) > 0) content << file.rdbuf();
  return content.str();
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  CHECK(file.good(), path);
}

namespace {
template <class Wanted>
std::vector<std::string> files_where(const std::string& folder, const Wanted& wanted) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (wanted(entry.path())) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

template <class Change>
void change_bytes(const std::string& path, std::size_t at, std::size_t count, const Change& change) {
  std::string content = read_file(path);
  CHECK(at + count <= content.size(), path, at, count, content.size());
  std::transform(content.begin() + static_cast<std::ptrdiff_t>(at),
                 content.begin() + static_cast<std::ptrdiff_t>(at + count),
                 content.begin() + static_cast<std::ptrdiff_t>(at), change);
  write_file(path, content);
}
}  // namespace

std::vector<std::string> files_with_extension(const std::string& folder, const std::string& extension) {
  return files_where(folder, [&](const fs::path& path) { return path.extension() == extension; });
}

std::vector<std::string> files_with_prefix(const std::string& folder, const std::string& prefix) {
  return files_where(folder, [&](const fs::path& path) { return path.filename().string().starts_with(prefix); });
}

std::string last_wal(const std::string& data) {
  auto wals = files_with_extension(data + "/log", ".log");
  std::erase_if(wals, [](const std::string& path) { return fs::file_size(path) == 0; });
  CHECK(!wals.empty(), data);
  return wals.back();
}

std::size_t records_end(const std::string& wal) { return read_file(wal).find_last_not_of('\0') + 1; }

std::string read_records(const std::string& wal) { return read_file(wal).substr(0, records_end(wal)); }

void cut_file(const std::string& path, std::size_t size) { fs::resize_file(path, size); }

void garble(const std::string& path, std::size_t at, std::size_t count) {
  change_bytes(path, at, count, [](char c) { return static_cast<char>(c ^ 0x5A); });
}

void zero(const std::string& path, std::size_t at, std::size_t count) {
  change_bytes(path, at, count, [](char) { return '\0'; });
}

void make_stopped_log(const std::string& data, std::size_t record_bytes) {
  const std::string live = data + ".live";
  for (int i = 0; i < 2; ++i) append(*open_log(live).log, kPerTable, record_bytes);  // each close makes a table
  LogOptions options = quiet_options();
  options.witness_interval_ms = 1;
  auto log = open_log(live, options).log;
  for (std::size_t i = 0; i < kInWal; ++i) append(*log, 1, record_bytes);
  while (read_witness(live + "/log.witness").value().witness.durable != Position{kEventsInAll})
    std::this_thread::yield();
  copy_folder(live, data);
  log.reset();
  fs::remove_all(live);
}

}  // namespace hansard::log
