// A query as FTS5 expressions. What an expression cannot say, or would say too slowly, is left out and compared message
// by message (matcher.h): stems, times mixed with words, endless lists of words. Of a phrase beyond kPlacedWordsMax the
// words are looked for: SQLite compares all places of all its words before it gives back a row, or none of thousands,
// and no deadline is looked at meanwhile. What is left out never hides a match.
//
// A user's text reaches FTS5 only as quoted tokens, so no query is a syntax error.
//
// Thread: any; a value.
// Limits: kPhrasesMax phrases in an expression, kPlacedWordsMax words in those of several words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/search/catalog.h"
#include "projections/search/query.h"

namespace hansard::search {

inline constexpr std::size_t kPhrasesMax = 48;
inline constexpr std::size_t kPlacedWordsMax = 16;

struct QueryPlan {
  bool finds_nothing = false;
  std::string expression;
  // Only a superset: each hit is compared with the query.
  bool needs_matcher = false;
  // Of each phrase in the expression's order: its slot for ranking (fts_functions.h).
  std::string slots;
  // The expressions of the slots alone, for counting how common they are.
  std::vector<std::string> ranked;
  // Clauses of nothing but times, compared with the catalog.
  std::vector<Clause> periods;
};

// `within`: where not empty, only messages of these conversations; faster than a filter for a few.
QueryPlan plan_query(const Query& query, const Catalog& catalog, const std::vector<ConversationNumber>& within);

}  // namespace hansard::search
