#include "projections/search/fts_functions.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "projections/search/token_stream.h"

namespace hansard::search {

namespace {
using OnToken = int (*)(void*, int, const char*, int, int, int);

int split_tokens(Fts5Tokenizer*, void* context, int, const char* text, int size, OnToken on_token) {
  const char* end = text + size;
  for (const char* at = text; at < end;) {
    const void* found = std::memchr(at, kTokenEnd, static_cast<std::size_t>(end - at));
    const char* stop = found ? static_cast<const char*>(found) : end;
    int flags = *at == kSamePosition ? FTS5_TOKEN_COLOCATED : 0;
    const char* begin = flags ? at + 1 : at;
    int code = on_token(context, flags, begin, static_cast<int>(stop - begin), static_cast<int>(begin - text),
                        static_cast<int>(stop - text));
    if (code != SQLITE_OK) return code;
    at = stop + 1;
  }
  return SQLITE_OK;
}

// There is no state: any address that is not null will do.
int create_tokenizer(void*, const char**, int, Fts5Tokenizer** out) {
  static char stateless;
  *out = reinterpret_cast<Fts5Tokenizer*>(&stateless);
  return SQLITE_OK;
}
void delete_tokenizer(Fts5Tokenizer*) {}

void frequencies(const Fts5ExtensionApi* api, Fts5Context* index, sqlite3_context* result, int count,
                 sqlite3_value** values) {
  std::array<unsigned, kSlotsMax> seen{};
  const auto* slots = count > 0 ? static_cast<const unsigned char*>(sqlite3_value_blob(values[0])) : nullptr;
  int phrases = count > 0 ? sqlite3_value_bytes(values[0]) : 0;
  int instances = 0;
  int code = api->xInstCount(index, &instances);
  for (int i = 0; code == SQLITE_OK && i < instances; ++i) {
    int phrase = 0, column = 0, offset = 0;
    code = api->xInst(index, i, &phrase, &column, &offset);
    if (code == SQLITE_OK && phrase < phrases && slots[phrase] < kSlotsMax) ++seen[slots[phrase]];
  }
  if (code != SQLITE_OK) return sqlite3_result_error_code(result, code);
  std::uint64_t packed = 0;
  for (std::size_t i = 0; i < kSlotsMax; ++i) packed |= std::uint64_t{std::min(seen[i], 255u)} << (8 * i);
  sqlite3_result_int64(result, static_cast<sqlite3_int64>(packed));
}

fts5_api* api_of(sqlite3* connection) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  return api;
}
}  // namespace

bool register_fts_functions(sqlite3* connection) {
  fts5_api* api = api_of(connection);
  if (!api) return false;
  fts5_tokenizer tokenizer{create_tokenizer, delete_tokenizer, split_tokens};
  return api->xCreateTokenizer(api, "hansard", nullptr, &tokenizer, nullptr) == SQLITE_OK &&
         api->xCreateFunction(api, "frequencies", nullptr, frequencies, nullptr) == SQLITE_OK;
}

}  // namespace hansard::search
