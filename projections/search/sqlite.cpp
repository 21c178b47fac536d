#include "projections/search/sqlite.h"

#include <sqlite3.h>

#include "projections/search/fts_functions.h"
#include "projections/search/secure_vfs.h"

namespace hansard::search {

namespace {
constexpr int kBusyTimeoutMs = 5'000;

// https://www.sqlite.org/uri.html
std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (char c : path) {
    if (c == '?') {
      uri += "%3f";
    } else if (c == '#') {
      uri += "%23";
    } else if (c == '%') {
      uri += "%25";
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

base::Error error_of(sqlite3* handle, int code, const std::string& what) {
  int primary = code & 0xFF;
  auto kind = base::ErrorCode::io;
  const bool is_other_page = code == SQLITE_IOERR_DATA;  // than was written
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || is_other_page) kind = base::ErrorCode::corrupt;
  if (primary == SQLITE_FULL) kind = base::ErrorCode::disk_full;
  std::string detail = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  if (kind == base::ErrorCode::disk_full) detail += " (or the index has reached its limit of 137 GB)";
  return base::error(kind, what + ": " + detail);
}

// SQLite would count its memory for whoever asks, under a lock at each allocation; nobody asks. To be said before the
// library's first call.
void leave_memory_uncounted() {
  static const int said = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(said);
}
}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
void Connection::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(handle_.get(), index, value);
  return *this;
}
Statement& Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(handle_.get(), index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind_blob(int index, std::string_view bytes) {
  sqlite3_bind_blob64(handle_.get(), index, bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(handle_.get(), index);
  return *this;
}

base::Result<bool> Statement::step() {
  int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  sqlite3* connection = sqlite3_db_handle(handle_.get());
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_.get());
    return false;
  }
  base::Error failure = error_of(connection, code, sqlite3_sql(handle_.get()));
  sqlite3_reset(handle_.get());
  return failure;
}

base::Result<void> Statement::run() {
  TRY(auto row, step());
  if (row) reset();
  return base::success();
}

void Statement::reset() { sqlite3_reset(handle_.get()); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
std::string_view Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  return {bytes ? bytes : "", static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}
bool Statement::is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

base::Result<Connection> Connection::open(const std::string& path, Mode mode) {
  leave_memory_uncounted();
  int flags = mode == Mode::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  if (mode == Mode::immutable) flags |= SQLITE_OPEN_URI;
  const std::string name = mode == Mode::immutable ? immutable_uri(path) : path;
  sqlite3* handle = nullptr;
  int code = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, secure_vfs());
  Connection connection;
  connection.handle_.reset(handle);
  if (code != SQLITE_OK) return error_of(handle, code, "cannot open " + path);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  if (lacks_seals(handle)) return base::error(base::ErrorCode::unsupported, "its pages have no checksums: " + path);
  if (mode == Mode::write) {
    leave_room_for_seals(handle);
    // What is taken out is overwritten, also by builds of SQLite that leave it off; and no page stays unwritten.
    code = sqlite3_exec(handle, "PRAGMA secure_delete=ON", nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error_of(handle, code, "cannot open " + path);
    connection.write_out_ = WalWriteOut::begin(handle, path);
  } else {
    sqlite3_wal_autocheckpoint(handle, 0);
  }
  if (!register_fts_functions(handle)) return error_of(handle, SQLITE_ERROR, "this SQLite has no FTS5");
  return connection;
}

base::Result<void> Connection::run(const std::string& sql) {
  int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(handle_.get(), code, sql);
  return base::success();
}

base::Result<Statement> Connection::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v3(handle_.get(), sql.c_str(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                &statement, nullptr);
  if (code != SQLITE_OK) return error_of(handle_.get(), code, sql);
  return Statement(statement);
}

base::Result<std::int64_t> Connection::integer(const std::string& sql) {
  TRY(auto statement, prepare(sql));
  TRY(auto row, statement.step());
  return row ? statement.integer(0) : 0;
}

base::Result<bool> Connection::empty_wal() {
  int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code == SQLITE_OK) return true;
  if ((code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_LOCKED) return false;
  return error_of(handle_.get(), code, "the write-ahead log cannot be emptied");
}

base::Result<void> Connection::last_checkpoint() const {
  if (!write_out_ || write_out_->checkpoint() == SQLITE_OK) return base::success();
  base::Error failure = error_of(nullptr, write_out_->checkpoint(), "the write-ahead log cannot be moved to the file");
  if (failure.code != base::ErrorCode::corrupt) return base::success();  // tried again with the next commit
  return failure;
}

bool Connection::is_in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

void Connection::forget_pages() { sqlite3_db_release_memory(handle_.get()); }

}  // namespace hansard::search
