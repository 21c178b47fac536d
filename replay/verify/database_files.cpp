#include "replay/verify/database_files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "engine/base/folder_seal.h"
#include "engine/base/folder_walk.h"
#include "engine/base/hash.h"
#include "engine/base/whole_file.h"
#include "engine/log/block_log.h"
#include "engine/log/wal_scan.h"
#include "replay/verify/parallel.h"

namespace hansard::verify {

namespace {
namespace fs = std::filesystem;

bool is_left_over(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.ends_with(".quarantined") || name.ends_with(".new") || name.starts_with("log.lost-");
}

// The number in "000012.log"; nothing for another name.
std::optional<std::uint64_t> wal_number(const std::string& name) {
  std::uint64_t number = 0;
  auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failed != std::errc() || std::string_view(end) != ".log") return std::nullopt;
  return number;
}

class FilesCheck {
 public:
  FilesCheck(const std::string& data, DatabaseFiles& found, unsigned threads, Check& check)
      : root_(data), folder_(root_ / found.folder), found_(found), threads_(threads), check_(check) {}

  void run() {
    found_.is_sealed = check_seal(root_.string(), found_.folder, check_);
    found_.can_be_opened = read_manifest() && tables_are_there();
    if (!found_.can_be_opened) return;
    check_tables();
    check_wals();
    found_.is_sound = is_sound_;
  }

 private:
  std::string path_of(const std::string& name) const { return found_.folder + "/" + name; }

  void damaged(const std::string& name, std::optional<std::uint64_t> byte, std::string what) {
    Damage damage;
    damage.file = path_of(name);
    damage.file_byte = byte;
    damage.what = std::move(what);
    check_.damaged(std::move(damage));
    is_sound_ = false;
  }

  // Nothing where it cannot be read, which is told; "" where it is not there.
  std::optional<std::string> content_of(const std::string& name) {
    auto bytes = base::read_file_if_there((folder_ / name).string());
    if (bytes) return bytes.value().value_or("");
    damaged(name, std::nullopt, bytes.error().detail);
    return std::nullopt;
  }

  bool read_manifest() {
    const auto current_file = content_of("CURRENT");
    if (!current_file) return false;
    const std::string& current = *current_file;
    const std::string name = current.substr(0, current.find('\n'));
    std::error_code problem;
    const bool is_whole = current.ends_with('\n') && name.size() + 1 == current.size() && name.starts_with("MANIFEST-");
    if (!is_whole || !fs::is_regular_file(folder_ / name, problem)) {
      damaged("CURRENT", std::nullopt, "it does not name a MANIFEST that is there");
      return false;
    }
    const auto manifest = content_of(name);
    return manifest && read_records(name, *manifest);
  }

  bool read_records(const std::string& name, const std::string& bytes) {
    std::optional<std::size_t> unknown;
    auto broken = log::read_block_log(bytes, [&](std::size_t at, std::string_view record) {
      if (!unknown && !apply_edit(record, found_.manifest)) unknown = at;
    });
    check_.add(bytes.size());
    if (broken) damaged(name, broken, "a record of the MANIFEST is broken");
    if (unknown && !broken) damaged(name, unknown, "a record of the MANIFEST is of no kind this version knows");
    if (bytes.empty()) damaged(name, 0, "the MANIFEST is empty");
    return !broken && !unknown && !bytes.empty();
  }

  bool tables_are_there() {
    bool are_there = true;
    for (const auto& [number, table] : found_.manifest.tables) {
      std::error_code problem;
      const auto bytes = fs::file_size(folder_ / table_name(number), problem);
      if (!problem && bytes == table.bytes) continue;
      damaged(table_name(number), std::nullopt,
              problem ? "the table is missing"
                      : "the table has " + std::to_string(bytes) + " bytes, the MANIFEST says " +
                            std::to_string(table.bytes));
      are_there = false;
    }
    return are_there;
  }

  void check_tables() {
    std::vector<const LiveTable*> tables;
    for (const auto& [number, table] : found_.manifest.tables) tables.push_back(&table);
    std::atomic<std::uint64_t> without_checksum{0}, broken{0};
    in_parallel(tables.size(), threads_, [&](std::size_t i) {
      if (!tables[i]->checksum) {
        ++without_checksum;
        return;
      }
      if (!table_is_whole(*tables[i])) ++broken;
    });
    if (broken > 0) is_sound_ = false;
    if (without_checksum == 0) return;
    check_.note(std::to_string(without_checksum.load()) + " tables of " + found_.folder +
                " are older than their checksums: their blocks are checked where they are read");
  }

  bool table_is_whole(const LiveTable& table) {
    const std::string name = table_name(table.number);
    auto sum = base::sum_file((folder_ / name).string());
    if (sum) check_.add(sum.value().bytes);
    if (sum && sum.value().crc == *table.checksum) return true;
    check_.damaged(path_of(name),
                   sum ? "the table is not what was written: its checksum does not match" : sum.error().detail);
    return false;
  }

  struct Wal {
    std::string name;
    log::WalFindings seen;
    bool has_room = false;
    bool is_read = true;
  };

  void check_wals() {
    std::vector<std::pair<std::uint64_t, std::string>> wals;
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(folder_, problem)) {
      const std::string name = entry.path().filename().string();
      auto number = wal_number(name);
      if (number && *number >= found_.manifest.first_wal()) wals.emplace_back(*number, name);
    }
    std::sort(wals.begin(), wals.end());
    std::vector<Wal> checked;
    for (const auto& [number, name] : wals) checked.push_back(check_wal(name, number == wals.back().first));
    for (std::size_t i = 1; i < checked.size(); ++i) check_ends_before(checked, i);
  }

  // Zeros at the end of logs before `next` may be room, or records that are gone: it tells, if it can be read.
  void check_ends_before(const std::vector<Wal>& logs, std::size_t next) {
    const log::WalFindings& seen = logs[next].seen;
    if (seen.first_sequence == 0 || seen.has_broken_bytes) return;
    const Wal* with_room = nullptr;
    std::uint64_t last = 0;
    for (std::size_t i = next; i-- > 0 && last == 0;) {
      if (!logs[i].is_read) return;
      if (logs[i].has_room && with_room == nullptr) with_room = &logs[i];
      last = logs[i].seen.last_sequence;
    }
    if (with_room == nullptr || last == 0 || seen.first_sequence == last + 1) return;
    damaged(with_room->name, with_room->seen.room_begin, "records at the end of the write-ahead log are gone");
  }

  // Room is the log's alone: the other databases are written without.
  Wal check_wal(const std::string& name, bool is_last) {
    const auto bytes = content_of(name);
    if (!bytes) return {name, {}, false, false};
    check_.add(bytes->size());
    const log::WalFindings seen = log::scan_wal(*bytes);
    auto broken = log::read_block_log(*bytes, [](std::size_t, std::string_view) {});
    if (!broken) return {name, seen};
    const bool may_have_room = !found_.is_sealed && found_.folder == "log";
    if (may_have_room && !seen.has_broken_bytes && seen.room_begin == *broken) return {name, seen, true};
    judge_broken(name, *broken, seen, is_last);
    return {name, seen};
  }

  void judge_broken(const std::string& name, std::size_t broken, const log::WalFindings& seen, bool is_last) {
    const bool is_torn = is_last && !found_.is_sealed && seen.sequence_after_broken == 0;
    if (!is_torn) return damaged(name, broken, "a record of the write-ahead log is broken");
    check_.note("the last record of " + path_of(name) + " is torn, as a crash leaves it");
  }

  const fs::path root_, folder_;
  DatabaseFiles& found_;
  const unsigned threads_;
  Check& check_;
  bool is_sound_ = true;
};
}  // namespace

std::vector<std::string> find_databases(const std::string& data) {
  std::vector<std::string> found;
  base::walk_folder(data, [&](const fs::directory_entry& entry, int depth) {
    const std::string name = entry.path().filename().string();
    const fs::path folder = entry.path().parent_path();
    const bool is_of_view = folder.parent_path().filename() == "views";  // names the view's folder that serves
    if ((name == "CURRENT" || name.starts_with("MANIFEST-")) && !is_of_view) {
      found.push_back(folder.lexically_relative(data).string());
    }
    return !is_left_over(entry.path()) && !(depth == 0 && name == "files");
  });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

DatabaseFiles check_database_files(const std::string& data, const std::string& folder, unsigned threads, Check& check) {
  DatabaseFiles found;
  found.folder = folder;
  FilesCheck(data, found, threads, check).run();
  return found;
}

bool check_seal(const std::string& data, const std::string& folder, Check& check) {
  const std::string path = data + "/" + folder;
  auto sealed = base::read_seal(path);
  if (!sealed && sealed.error().code == base::ErrorCode::not_found) return false;
  if (!sealed) {
    check.damaged(folder + "/" + base::kSealName, sealed.error().detail);
    return true;
  }
  auto now = base::sum_files(path, base::kSealedBytesMax);
  if (!now) {
    check.damaged(folder, now.error().detail);
    return true;
  }
  for (const base::SealedFile& file : sealed.value()) {
    auto same = std::find_if(now.value().begin(), now.value().end(),
                             [&](const base::SealedFile& other) { return other.name == file.name; });
    if (same == now.value().end())
      check.damaged(folder + "/" + file.name, "the file is gone since its folder was closed");
    if (same == now.value().end() || *same == file) continue;
    check.damaged(folder + "/" + file.name, "the file is not what it was when its folder was closed");
  }
  for (const base::SealedFile& file : now.value()) check.add(file.bytes);
  return true;
}

}  // namespace hansard::verify
