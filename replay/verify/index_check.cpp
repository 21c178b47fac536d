#include <charconv>

#include "engine/batch.h"
#include "engine/event_lookup.h"
#include "engine/index/write_index.h"
#include "replay/verify/library_words.h"
#include "replay/verify/row_compare.h"
#include "replay/verify/view_check.h"

namespace hansard::verify {

namespace {
constexpr char kFolder[] = "index";
constexpr std::size_t kReadEvents = 16'384;

// Command ids of earlier days may have been dropped (engine/command_expiry.h).
std::uint32_t kept_from_day(const engine::Engine& engine) {
  std::uint32_t day = 0;
  auto stored = engine.log()->meta("commands_kept_from_day");
  if (stored) std::from_chars(stored.value().data(), stored.value().data() + stored.value().size(), day);
  return day;
}

std::string key_words(std::string_view key) {
  static constexpr const char* kTables[] = {"checkpoint", "heads",     "members",   "messages", "readers",
                                            "streams",    "commands",  "reactions", "reactors", "blocks",
                                            "files",      "scheduled", "users"};
  const auto table = key.empty() ? std::size(kTables) : static_cast<std::uint8_t>(key[0]);
  const std::string name = table < std::size(kTables) ? kTables[table] : "a table this version does not know";
  return "the row " + hex_text(key.empty() ? key : key.substr(1)) + " of " + name;
}

class IndexFold {
 public:
  IndexFold(const Store& store, index::Checkpoint end)
      : store_(store), end_(end), tail_(1, 1), reader_(*store.engine->log(), tail_), contents_(batch_, reader_) {}

  base::Result<void> run(const std::string& folder) {
    TRY(auto index, index::WriteIndex::open(folder, {}, {end_.position, end_.epoch}, contents_));
    while (index->folded_through() < end_.position) {
      const base::Position after = index->folded_through();
      const std::size_t wanted = std::min<std::uint64_t>(kReadEvents, end_.position.value - after.value);
      TRY(auto events, store_.engine->read(after, wanted));
      if (events.empty()) return base::error(base::ErrorCode::corrupt, "the log ends below its durable position");
      for (const auto& event : events) {
        if (!index->continues_command(*event)) index->seal_if_full();
        index->fold(*event);
      }
      if (store_.progress) store_.progress(0);
    }
    index->stop();
    return base::success();
  }

 private:
  const Store& store_;
  const index::Checkpoint end_;
  engine::Tail tail_;
  engine::EventReader reader_;
  engine::Batch batch_;
  engine::EventLookup contents_;
};

base::Result<void> compare_with_fold(const Store& store, const RowDatabase& stored, index::Checkpoint end,
                                     Check& check) {
  const std::string folder = store.scratch + "/" + kFolder;
  TRY(IndexFold(store, end).run(folder));
  TRY(auto folded, RowDatabase::open(folder));
  const std::uint32_t kept_from = kept_from_day(*store.engine);
  auto expired = [kept_from](std::string_view key, std::string_view value) {
    index::CommandRow row;
    return !key.empty() && key[0] == static_cast<char>(index::Table::commands) && index::parse_row(value, row) &&
           row.day < kept_from;
  };
  TRY(auto found, compare_rows(stored, *folded, {key_words, expired}));
  check.add(found.rows);
  if (found.differing == 0) return base::success();
  return base::error(base::ErrorCode::corrupt,
                     std::to_string(found.differing) + " rows are not what the log gives; the first: " + found.first);
}

base::Result<index::Checkpoint> checkpoint_of(const Store& store, const RowDatabase& stored) {
  index::Checkpoint checkpoint;
  TRY(auto bytes, stored.get(index::checkpoint_key()));
  if (!bytes) return checkpoint;
  if (!index::parse_row(*bytes, checkpoint))
    return base::error(base::ErrorCode::corrupt, "its checkpoint cannot be read");
  if (checkpoint.position > store.engine->durable()) {
    return base::error(base::ErrorCode::corrupt,
                       "its checkpoint " + std::to_string(checkpoint.position.value) + " is above the end of the log");
  }
  return checkpoint;
}

base::Result<void> count_rows(const RowDatabase& stored, Check& check) {
  auto rows = stored.rows();
  for (; rows->valid(); rows->next()) check.add(1);
  return rows->status();
}
}  // namespace

void check_index(const Store& store, Findings& findings) {
  const DatabaseFiles* files = store.database(kFolder);
  if (!files) return;
  Check check(findings, "write index", store.deep ? "I3 I8" : "I3", "rows");
  if (!files->can_be_opened) return check.skip("its files are damaged");
  auto stored = RowDatabase::open(store.data + "/" + kFolder);
  if (!stored) return check.damaged(damage_of(kFolder, "the index cannot be opened", stored.error()));
  auto checkpoint = checkpoint_of(store, *stored.value());
  if (!checkpoint) return check.damaged(damage_of(kFolder, "a row cannot be read", checkpoint.error()));
  const bool compares = store.deep && checkpoint.value().position;
  auto outcome = compares ? compare_with_fold(store, *stored.value(), checkpoint.value(), check)
                          : count_rows(*stored.value(), check);
  if (!outcome) check.damaged(damage_of(kFolder, "a row cannot be read", outcome.error()));
}

}  // namespace hansard::verify
