// SQLite as this room uses it: a connection, prepared statements, errors as Results. A corrupt file is ErrorCode
// corrupt, a full disk disk_full, anything else io.
//
// Only the connection opened for writing ever checkpoints the write-ahead log: SQLite before 3.51.3 can corrupt a
// database when two connections do (the WAL-reset race), and Debian has 3.40.1.
//
// Every connection reads and writes through secure_vfs.h. `unsupported`: a file of before that.
//
// Thread: a connection and its statements belong to one thread at a time.
// Owns: its handle; statements end before their connection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "projections/search/wal_write_out.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hansard::search {

class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  // Texts are not copied: they live until reset.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_null(int index);

  // True with a row; after false or an error the statement is reset.
  base::Result<bool> step();
  // For statements without rows.
  base::Result<void> run();
  void reset();

  // Of the row under the cursor; texts live until the next step.
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;
  bool is_null(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

class Connection {
 public:
  // `immutable`: of a file that nobody writes; reads it without a lock and leaves nothing beside it.
  enum class Mode { write, read, immutable };
  Connection() = default;
  // `write` creates the file. Registers the functions of fts_functions.h.
  static base::Result<Connection> open(const std::string& path, Mode mode);

  base::Result<void> run(const std::string& sql);
  base::Result<Statement> prepare(const std::string& sql);
  base::Result<std::int64_t> integer(const std::string& sql);
  // Moves the whole write-ahead log into the file and empties it. False while a reader still needs it.
  base::Result<bool> empty_wal();
  // `corrupt`: the last checkpoint behind a commit met a page that is damaged; the log would grow for ever.
  base::Result<void> last_checkpoint() const;
  // Some errors end a transaction by themselves.
  bool is_in_transaction() const;
  // Lets the cached pages go; between transactions.
  void forget_pages();

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<WalWriteOut> write_out_;  // of one that writes
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace hansard::search
