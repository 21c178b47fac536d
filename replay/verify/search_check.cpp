#include "replay/verify/search_check.h"

#include <charconv>
#include <filesystem>

#include "engine/base/one_line.h"
#include "projections/search/index_file.h"
#include "projections/search/index_fold.h"
#include "projections/search/sqlite.h"

namespace hansard::verify {

namespace {
namespace fs = std::filesystem;
using projections::RowDigest;
using search::Connection;
using search::Statement;

constexpr char kFolder[] = "views/search/v1";
constexpr std::size_t kBatchEvents = 20'000;
constexpr char kMessages[] =
    "SELECT number, conversation, created_at, words, ordinal, tags, text FROM message ORDER BY number";
constexpr char kConversations[] = "SELECT number, id FROM conversation ORDER BY number";

struct SearchState {
  base::Position position;
  std::uint32_t epoch = 0;
  RowDigest digest;
  unsigned shelf_bits = search::kShelfBits;
};

base::Error corrupt(std::string what) { return base::error(base::ErrorCode::corrupt, std::move(what)); }

// The file that serves: the newest generation.
std::string newest_file(const std::string& folder) {
  std::string newest;
  unsigned highest = 0;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const std::string name = entry.path().filename().string();
    unsigned number = 0;
    if (!name.starts_with("search.") || !name.ends_with(".db")) continue;
    std::from_chars(name.data() + 7, name.data() + name.size(), number);
    if (number > highest) newest = name;
    highest = std::max(highest, number);
  }
  return newest;
}

base::Result<SearchState> read_state(Connection& file) {
  SearchState state;
  projections::RowHash sum;
  TRY(auto rows, file.prepare("SELECT key, value FROM state"));
  while (true) {
    TRY(auto row, rows.step());
    if (!row) break;
    const std::string_view key = rows.text(0);
    const auto value = static_cast<std::uint64_t>(rows.integer(1));
    if (key == "position") state.position = {value};
    if (key == "epoch") state.epoch = static_cast<std::uint32_t>(value);
    if (key == "digest_high") sum.high = value;
    if (key == "digest_low") sum.low = value;
    if (key != "kind") continue;
    const std::string kind(rows.text(1));
    const std::size_t bits = kind.rfind('^');
    if (bits != std::string::npos) std::from_chars(kind.data() + bits + 1, kind.data() + kind.size(), state.shelf_bits);
  }
  state.digest = RowDigest(sum);
  return state;
}

base::Result<void> check_pages(Connection& file) {
  TRY(auto rows, file.prepare("PRAGMA integrity_check(1)"));
  TRY(auto row, rows.step());
  if (row && rows.text(0) == "ok") return base::success();
  const std::string said(row ? rows.text(0) : "nothing");
  return corrupt("SQLite's check of the search file says: " + base::on_one_line(said));
}

base::Result<RowDigest> digest_of_texts(Connection& file, Check& check) {
  RowDigest digest;
  TRY(auto rows, file.prepare("SELECT number, tags, text FROM message"));
  while (true) {
    TRY(auto row, rows.step());
    if (!row) return digest;
    check.add(1);
    if (rows.is_null(1)) continue;
    digest.add(search::hash_message(static_cast<search::MessageNumber>(rows.integer(0)), rows.text(1), rows.text(2)));
  }
}

// The rows of one question in both files, side by side.
base::Result<void> compare_rows_of(Connection& stored, Connection& folded, const char* sql, int columns,
                                   const char* what, Check& check) {
  TRY(auto left, stored.prepare(sql));
  TRY(auto right, folded.prepare(sql));
  while (true) {
    TRY(auto has_left, left.step());
    TRY(auto has_right, right.step());
    if (!has_left && !has_right) return base::success();
    if (has_left != has_right)
      return corrupt(std::string("the search file has another number of ") + what + " than the log");
    for (int column = 0; column < columns; ++column) {
      if (left.text(column) == right.text(column) && left.is_null(column) == right.is_null(column)) continue;
      return corrupt(std::string("the search file and the log differ first in number ") +
                     std::to_string(right.integer(0)) + " of the " + what);
    }
    check.add(1);
  }
}

// Every word of a shelf with its place, whatever its order in the segments.
base::Result<RowDigest> digest_of_words(Connection& file, const std::string& shelf) {
  TRY(file.run("CREATE VIRTUAL TABLE temp.words_of_" + shelf + " USING fts5vocab(main, " + shelf + ", instance)"));
  TRY(auto rows, file.prepare("SELECT term, doc, col, offset FROM temp.words_of_" + shelf));
  RowDigest digest;
  while (true) {
    TRY(auto row, rows.step());
    if (!row) return digest;
    const std::string place =
        std::to_string(rows.integer(1)) + " " + std::string(rows.text(2)) + " " + std::to_string(rows.integer(3));
    digest.add(projections::hash_row(rows.text(0), place));
  }
}

base::Result<std::vector<std::string>> shelves_of(Connection& file) {
  std::vector<std::string> shelves;
  TRY(auto rows, file.prepare("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%' ORDER BY name"));
  while (true) {
    TRY(auto row, rows.step());
    if (!row) return shelves;
    shelves.emplace_back(rows.text(0));
  }
}

base::Result<void> compare_words(Connection& stored, Connection& folded) {
  TRY(auto left, shelves_of(stored));
  TRY(auto right, shelves_of(folded));
  for (const std::string& shelf : right) {
    if (std::find(left.begin(), left.end(), shelf) == left.end()) return corrupt("the index has no " + shelf);
    TRY(auto words, digest_of_words(stored, shelf));
    TRY(auto expected, digest_of_words(folded, shelf));
    if (words != expected) return corrupt("the indexed words of " + shelf + " are not those of the texts");
  }
  return base::success();
}

class SearchCheck {
 public:
  SearchCheck(const Store& store, Findings& findings) : store_(store), findings_(findings) {}

  void run() {
    std::error_code problem;
    if (!fs::exists(store_.data + "/" + kFolder, problem)) return;
    note_seal();
    const std::string name = newest_file(store_.data + "/" + kFolder);
    if (name.empty()) return;
    path_ = std::string(kFolder) + "/" + name;
    auto sound = check_file();
    if (sound && sound.value() && store_.deep) compare_with_log();
  }

 private:
  void note_seal() {
    Check check(findings_, "search bytes", "", "bytes");
    if (check_seal(store_.data, kFolder, check)) return;
    check.skip(std::string("not closed cleanly, or too large for a seal") +
               (store_.deep ? "" : ": only --deep holds its indexed words against the texts"));
  }

  base::Result<Connection> open() const {
    const std::string path = store_.data + "/" + path_;
    std::error_code problem;
    if (!fs::exists(path + "-wal", problem)) return Connection::open(path, Connection::Mode::immutable);
    const std::string copy = store_.scratch + "/copy.db";
    for (const char* ending : {"", "-wal"}) {
      fs::copy_file(path + ending, copy + ending, fs::copy_options::overwrite_existing, problem);
      if (problem)
        return base::error(base::ErrorCode::io, "cannot copy " + path + " to the scratch folder: " + problem.message());
    }
    return Connection::open(copy, Connection::Mode::write);
  }

  base::Result<bool> check_file() {
    Check check(findings_, "search file", "I3 I7", "messages");
    auto outcome = check_content(check);
    if (!outcome) check.damaged(path_, outcome.error().detail);
    return outcome.has_value();
  }

  base::Result<void> check_content(Check& check) {
    TRY(auto file, open());
    TRY(check_pages(file));
    TRY(state_, read_state(file));
    TRY(auto digest, digest_of_texts(file, check));
    if (digest != state_.digest) {
      return corrupt("its texts have the digest " + digest.hex() + ", its checkpoint says " + state_.digest.hex());
    }
    if (state_.position > store_.engine->durable()) return corrupt("its checkpoint is above the end of the log");
    if (state_.epoch != store_.engine->epoch()) return corrupt("its checkpoint is of another epoch than the log");
    return base::success();
  }

  void compare_with_log() {
    Check check(findings_, "search by fold", "I8", "rows");
    auto outcome = compare(check);
    if (!outcome) check.damaged(path_, outcome.error().detail);
  }

  base::Result<void> compare(Check& check) {
    const std::string path = store_.scratch + "/search.db";
    TRY(index_anew(path));
    TRY(auto stored, open());
    TRY(auto folded, Connection::open(path, Connection::Mode::read));
    TRY(compare_rows_of(stored, folded, kConversations, 2, "conversations", check));
    TRY(compare_rows_of(stored, folded, kMessages, 7, "messages", check));
    return compare_words(stored, folded);
  }

  base::Result<void> index_anew(const std::string& path) {
    TRY(auto file, search::IndexFile::open(path, state_.epoch, state_.shelf_bits));
    while (file->state().position < state_.position) {
      search::IndexFold fold(*file->catalog(), file->state().position);
      const std::uint64_t left = state_.position.value - file->state().position.value;
      TRY(auto events, store_.engine->read(file->state().position, std::min<std::uint64_t>(left, kBatchEvents)));
      for (const auto& event : events) {
        TRY(fold.add(*event));
      }
      TRY(file->commit(fold.changes()));
      if (store_.progress) store_.progress(0);
    }
    return base::success();
  }

  const Store& store_;
  Findings& findings_;
  std::string path_;
  SearchState state_;
};
}  // namespace

void check_search(const Store& store, Findings& findings) { SearchCheck(store, findings).run(); }

}  // namespace hansard::verify
