// What FTS5 needs of us on every connection.
//
// - A tokenizer `hansard` that only takes streams apart which are already tokens (token_stream.h): the tokens were
//   made, counted and placed outside, so the file depends on no locale.
// - A function `frequencies(index, slots)` for ranking: how often each phrase of the expression stands in the row, one
//   byte for each of the first eight slots; byte p of `slots` is the slot of phrase p, 255 for none. FTS5's own bm25()
//   reads the lengths of all rows and misses the goal on common words.
//
// Source: https://www.sqlite.org/fts5.html section 7. Thread: that of the connection.
#pragma once

#include <cstddef>

struct sqlite3;

namespace hansard::search {

inline constexpr std::size_t kSlotsMax = 8;
inline constexpr unsigned char kNoSlot = 255;

// False where this SQLite was built without FTS5.
bool register_fts_functions(sqlite3* connection);

}  // namespace hansard::search
