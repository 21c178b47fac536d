#include "projections/search/index_file.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/base/spare_time.h"
#include "projections/search/characters.h"
#include "projections/search/sealed_page.h"
#include "projections/search/token_stream.h"
#include "projections/search/tokenizer.h"

namespace hansard::search {

namespace {
constexpr char kKind[] = "hansard search index 5, shelves of 2^";
constexpr std::size_t kRowsAtOnce = 100'000;

// synchronous=NORMAL: the log is the durable copy; after a power cut the file is at some earlier checkpoint, whole.
// page_size, max_page_count, auto_vacuum: as sealed_page.h wants them.
// auto_vacuum=INCREMENTAL: pages freed by a clean-up go back to the file system in slices.
// journal_size_limit: gives the space of a long WAL back (its checkpoints: wal_write_out.h).
std::string pragmas() {
  return "PRAGMA page_size=" + std::to_string(kPageBytes) + ";PRAGMA max_page_count=" + std::to_string(kPagesMax) +
         ";PRAGMA auto_vacuum=INCREMENTAL;"
         "PRAGMA journal_mode=WAL;"
         "PRAGMA synchronous=NORMAL;"
         "PRAGMA temp_store=MEMORY;"
         "PRAGMA cache_size=-32768;"
         "PRAGMA journal_size_limit=67108864;";
}
constexpr char kSchema[] =
    "CREATE TABLE state(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE conversation(number INTEGER PRIMARY KEY, id BLOB NOT NULL);"
    "CREATE TABLE message(number INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, created_at INTEGER NOT NULL,"
    " words INTEGER NOT NULL, ordinal INTEGER NOT NULL, position INTEGER NOT NULL, tags BLOB, text BLOB);"
    "CREATE TABLE unscrubbed(shelf INTEGER PRIMARY KEY);";

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t unsigned_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }

std::string text_stream(std::string_view text) {
  thread_local TokenList list;
  tokenize(text, list);
  return token_stream(list);
}
}  // namespace

projections::RowHash hash_message(MessageNumber number, std::string_view tags, std::string_view text) {
  std::string value(tags);
  value.append(1, '\0').append(text);
  return projections::hash_row(std::to_string(number), value);
}

IndexFile::IndexFile(Connection connection, unsigned shelf_bits)
    : connection_(std::move(connection)),
      kind_(kKind + std::to_string(shelf_bits)),
      catalog_(std::make_shared<Catalog>(shelf_bits)) {}

base::Result<std::unique_ptr<IndexFile>> IndexFile::open(const std::string& path, std::uint32_t epoch,
                                                         unsigned shelf_bits) {
  TRY(auto connection, Connection::open(path, Connection::Mode::write));
  std::unique_ptr<IndexFile> file(new IndexFile(std::move(connection), shelf_bits));
  TRY(file->connection_.run(pragmas()));
  TRY(auto tables, file->connection_.integer("SELECT count(*) FROM sqlite_schema"));
  if (tables == 0) {
    TRY(file->create(epoch));
    file->is_loaded_ = true;
  }
  TRY(file->check_kind());
  TRY(file->check_layout());
  TRY(file->load_state());
  TRY(file->load_unscrubbed());
  TRY(file->prepare_statements());
  return file;
}

base::Result<std::unique_ptr<IndexFile>> IndexFile::begin_build(const std::string& path, std::uint32_t epoch,
                                                                unsigned shelf_bits) {
  TRY(auto file, open(path, epoch, shelf_bits));
  TRY(file->connection_.run("INSERT INTO state VALUES ('build', 1)"));
  TRY(auto emptied, file->connection_.empty_wal());  // the mark stands in the file, before anything else does
  if (!emptied) return base::error(base::ErrorCode::in_use, "somebody reads a new index: " + path);
  return file;
}

base::Result<void> IndexFile::finish_build() {
  TRY(connection_.run("DELETE FROM state WHERE key = 'build'"));
  TRY(auto emptied, connection_.empty_wal());
  if (!emptied) return base::error(base::ErrorCode::io, "somebody reads an index that is not finished");
  return base::success();
}

bool IndexFile::is_build(const std::string& path) {
  auto connection = Connection::open(path, Connection::Mode::read);
  if (!connection) return false;
  auto count = connection.value().integer("SELECT count(*) FROM state WHERE key = 'build'");
  return count && count.value() != 0;
}

base::Result<void> IndexFile::create(std::uint32_t epoch) {
  TRY(connection_.run("BEGIN IMMEDIATE"));
  TRY(connection_.run(kSchema));
  TRY(auto set, connection_.prepare("INSERT INTO state VALUES (?1, ?2)"));
  std::string tokenizer = tokenizer_version();
  TRY(set.bind(1, "kind").bind(2, kind_).run());
  TRY(set.bind(1, "tokenizer").bind(2, tokenizer).run());
  TRY(set.bind(1, "epoch").bind(2, std::int64_t{epoch}).run());
  for (const char* zero : {"position", "unknown_events", "digest_high", "digest_low"}) {
    TRY(set.bind(1, zero).bind(2, std::int64_t{0}).run());
  }
  return connection_.run("COMMIT");
}

base::Result<void> IndexFile::check_kind() {
  TRY(auto get, connection_.prepare("SELECT value FROM state WHERE key = ?1"));
  for (const auto& [key, wanted] :
       {std::pair<std::string, std::string>{"kind", kind_}, {"tokenizer", tokenizer_version()}}) {
    TRY(auto row, get.bind(1, key).step());
    std::string found = row ? std::string(get.text(0)) : "none";
    get.reset();
    if (found == wanted) continue;
    return base::error(base::ErrorCode::unsupported, "its " + key + " is " + found + ", this build's " + wanted);
  }
  return base::success();
}

// What sealed_page.h relies on: a pragma that comes too late says nothing.
base::Result<void> IndexFile::check_layout() {
  TRY(auto page_bytes, connection_.integer("PRAGMA page_size"));
  TRY(auto vacuum, connection_.integer("PRAGMA auto_vacuum"));
  constexpr std::int64_t kIncremental = 2;
  if (page_bytes == std::int64_t{kPageBytes} && vacuum == kIncremental) return base::success();
  return base::error(base::ErrorCode::unsupported, "its pages are not laid out as this build's");
}

base::Result<void> IndexFile::load_state() {
  TRY(auto rows, connection_.prepare("SELECT key, value FROM state"));
  projections::RowHash sum;
  while (true) {
    TRY(auto row, rows.step());
    if (!row) break;
    std::string_view key = rows.text(0);
    std::uint64_t value = unsigned_of(rows.integer(1));
    if (key == "position") state_.position = {value};
    if (key == "epoch") state_.epoch = static_cast<std::uint32_t>(value);
    if (key == "unknown_events") state_.unknown_events = value;
    if (key == "digest_high") sum.high = value;
    if (key == "digest_low") sum.low = value;
  }
  state_.digest = projections::RowDigest(sum);
  return base::success();
}

base::Result<void> IndexFile::load_unscrubbed() {
  TRY(auto shelves, connection_.prepare("SELECT shelf FROM unscrubbed"));
  while (true) {
    TRY(auto row, shelves.step());
    if (!row) return base::success();
    unscrubbed_.emplace(static_cast<Shelf>(shelves.integer(0)), Unscrubbed{});
  }
}

base::Result<bool> IndexFile::load_some(std::size_t rows) {
  if (!has_conversations_) {
    TRY(const std::size_t found, load_conversations(rows));
    has_conversations_ = found < rows;
  } else {
    TRY(const std::size_t found, load_messages(rows));
    is_loaded_ = found < rows;
  }
  return is_loaded_;
}

base::Result<std::size_t> IndexFile::load_conversations(std::size_t rows) {
  Statement& row =
      conversations_after_.bind(1, std::int64_t{catalog_->conversations()}).bind(2, static_cast<std::int64_t>(rows));
  for (std::size_t found = 0;; ++found) {
    TRY(auto is_there, row.step());
    if (!is_there) return found;
    bool is_whole = row.integer(0) == catalog_->conversations() + 1 && row.text(1).size() == 16;
    if (!is_whole) return base::error(base::ErrorCode::corrupt, "the conversations are not dense");
    catalog_->add_conversation(base::id_from_bytes<base::ConversationId>(row.text(1)));
  }
}

base::Result<std::size_t> IndexFile::load_messages(std::size_t rows) {
  Statement& row = entries_after_.bind(1, std::int64_t{catalog_->size()}).bind(2, static_cast<std::int64_t>(rows));
  for (std::size_t found = 0;; ++found) {
    TRY(auto is_there, row.step());
    if (!is_there) return found;
    TRY(load_message(row));
  }
}

base::Result<void> IndexFile::load_all() {
  while (!is_loaded_) {
    TRY(load_some(kRowsAtOnce));
  }
  return base::success();
}

base::Result<void> IndexFile::load_message(const Statement& row) {
  CatalogEntry entry{row.integer(2), static_cast<ConversationNumber>(row.integer(1)),
                     static_cast<std::uint32_t>(row.integer(3))};
  bool fits = row.integer(0) == std::int64_t{catalog_->size()} + 1 && entry.conversation != 0 &&
              entry.conversation <= catalog_->conversations();
  fits = fits && unsigned_of(row.integer(4)) == catalog_->next_ordinal(entry.conversation).value;
  if (!fits) return base::error(base::ErrorCode::corrupt, "the messages are not dense");
  catalog_->append(entry);
  return base::success();
}

base::Result<void> IndexFile::prepare_statements() {
  struct Wanted {
    Statement* statement;
    const char* sql;
  };
  const Wanted wanted[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&rollback_, "ROLLBACK"},
      {&insert_message_, "INSERT INTO message VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
      {&find_message_, "SELECT tags, text FROM message WHERE number = ?1"},
      {&update_message_, "UPDATE message SET tags = ?2, text = ?3 WHERE number = ?1"},
      {&empty_message_, "UPDATE message SET words = 0, tags = NULL, text = NULL WHERE number = ?1"},
      {&insert_conversation_, "INSERT INTO conversation VALUES (?1, ?2)"},
      {&set_state_, "UPDATE state SET value = ?2 WHERE key = ?1"},
      {&rows_after_,
       "SELECT number, conversation, created_at, words, ordinal, position, tags, text FROM message"
       " WHERE number > ?1 ORDER BY number LIMIT ?2"},
      {&entries_after_,
       "SELECT number, conversation, created_at, words, ordinal FROM message"
       " WHERE number > ?1 ORDER BY number LIMIT ?2"},
      {&conversations_after_, "SELECT number, id FROM conversation WHERE number > ?1 ORDER BY number LIMIT ?2"}};
  for (const Wanted& one : wanted) {
    TRY(auto statement, connection_.prepare(one.sql));
    *one.statement = std::move(statement);
  }
  return base::success();
}

base::Result<IndexFile::ShelfStatements*> IndexFile::shelf(Shelf shelf) {
  auto known = shelves_.find(shelf);
  if (known != shelves_.end()) return &known->second;
  std::string table = shelf_table(shelf);
  TRY(connection_.run("CREATE VIRTUAL TABLE IF NOT EXISTS " + table +
                      " USING fts5(text, tags, content='', columnsize=0, tokenize='hansard')"));
  ShelfStatements statements;
  TRY(auto insert, connection_.prepare("INSERT INTO " + table + "(rowid, text, tags) VALUES (?1, ?2, ?3)"));
  TRY(auto remove,
      connection_.prepare("INSERT INTO " + table + "(" + table + ", rowid, text, tags) VALUES ('delete', ?1, ?2, ?3)"));
  statements.insert = std::move(insert);
  statements.remove = std::move(remove);
  return &shelves_.emplace(shelf, std::move(statements)).first->second;
}

base::Result<std::vector<StoredMessage>> IndexFile::messages(MessageNumber after, std::size_t limit) {
  std::vector<StoredMessage> found;
  Statement& rows = rows_after_.bind(1, std::int64_t{after}).bind(2, static_cast<std::int64_t>(limit));
  auto bytes = [&](int column) {
    return rows.is_null(column) ? std::nullopt : std::optional<std::string>(rows.text(column));
  };
  while (true) {
    TRY(auto row, rows.step());
    if (!row) return found;
    base::SpareTime::give_way();
    found.push_back({static_cast<MessageNumber>(rows.integer(0)),
                     static_cast<ConversationNumber>(rows.integer(1)),
                     rows.integer(2),
                     static_cast<std::uint32_t>(rows.integer(3)),
                     {unsigned_of(rows.integer(4))},
                     {unsigned_of(rows.integer(5))},
                     bytes(6),
                     bytes(7)});
  }
}

base::Result<void> IndexFile::commit(const IndexChanges& changes) {
  CHECK(is_loaded_, "a commit needs the whole catalog");
  TRY(begin_.run());
  auto applied = apply(changes);
  if (applied) applied = commit_.run();
  if (!applied) {
    // What cannot be rolled back stops the next BEGIN.
    if (connection_.is_in_transaction()) static_cast<void>(rollback_.run());
    return applied;
  }
  state_.position = changes.position;
  state_.unknown_events += changes.unknown_events;
  state_.digest = digest_;
  return connection_.last_checkpoint();
}

base::Result<void> IndexFile::apply(const IndexChanges& changes) {
  digest_ = state_.digest;
  for (const auto& [number, id] : changes.conversations) {
    TRY(insert_conversation_.bind(1, std::int64_t{number}).bind_blob(2, id.view()).run());
  }
  for (const auto& [number, change] : changes.messages) {
    TRY(change.is_new ? insert(number, change) : this->change(number, change));
    base::SpareTime::give_way();
  }
  IndexState next = state_;
  next.position = changes.position;
  next.unknown_events += changes.unknown_events;
  next.digest = digest_;
  return write_state(next);
}

base::Result<void> IndexFile::insert(MessageNumber number, const MessageChange& change) {
  insert_message_.bind(1, std::int64_t{number})
      .bind(2, std::int64_t{change.entry.conversation})
      .bind(3, change.entry.created_at)
      .bind(4, change.content ? std::int64_t{change.entry.words} : 0)
      .bind(5, signed_of(change.ordinal.value))
      .bind(6, signed_of(change.position.value));
  if (!change.content) return insert_message_.bind_null(7).bind_null(8).run();
  TRY(insert_message_.bind_blob(7, change.content->tags).bind_blob(8, change.content->text).run());
  return add_words(number, *change.content);
}

base::Result<void> IndexFile::change(MessageNumber number, const MessageChange& change) {
  TRY(auto found, find_message_.bind(1, std::int64_t{number}).step());
  if (!found) return base::error(base::ErrorCode::corrupt, "message " + std::to_string(number) + " is not there");
  bool had_content = !find_message_.is_null(1);
  Indexed before{std::string(find_message_.text(1)), std::string(find_message_.text(0)), {}};
  before.words = text_stream(before.text);
  find_message_.reset();
  if (!had_content) return base::success();
  TRY(remove_words(number, before));
  if (!change.content) return empty_message_.bind(1, std::int64_t{number}).run();
  TRY(update_message_.bind(1, std::int64_t{number})
          .bind_blob(2, change.content->tags)
          .bind_blob(3, change.content->text)
          .run());
  return add_words(number, *change.content);
}

base::Result<void> IndexFile::add_words(MessageNumber number, const Indexed& content) {
  TRY(auto* statements, shelf(catalog_->shelf_of(number)));
  digest_.add(hash_message(number, content.tags, content.text));
  return statements->insert.bind(1, std::int64_t{number}).bind(2, content.words).bind(3, content.tags).run();
}

base::Result<void> IndexFile::remove_words(MessageNumber number, const Indexed& content) {
  TRY(auto* statements, shelf(catalog_->shelf_of(number)));
  digest_.subtract(hash_message(number, content.tags, content.text));
  TRY(statements->remove.bind(1, std::int64_t{number}).bind(2, content.words).bind(3, content.tags).run());
  return note_unscrubbed(catalog_->shelf_of(number));
}

base::Result<void> IndexFile::write_state(const IndexState& next) {
  projections::RowHash sum = next.digest.sum();
  TRY(set_state_.bind(1, "position").bind(2, signed_of(next.position.value)).run());
  TRY(set_state_.bind(1, "unknown_events").bind(2, signed_of(next.unknown_events)).run());
  TRY(set_state_.bind(1, "digest_high").bind(2, signed_of(sum.high)).run());
  return set_state_.bind(1, "digest_low").bind(2, signed_of(sum.low)).run();
}

}  // namespace hansard::search
