// What somebody looks for, parsed. Any string is a query: what is not an operator is text, an unbalanced quote too.
//
//   query  = *( clause ) ;               all of them
//   clause = term *( "OR" term ) ;       any of them
//   term   = ["-"] ( word | word"*" | quoted | operator ) ;
//
// | operator | keeps |
// |---|---|
// | `from:user` | messages of that author |
// | `in:conversation-id` | of that conversation |
// | `mentions:user` | that mention the user |
// | `type:word` | of that type |
// | `has:file` | with an attachment |
// | `before:` `on:` `after:` time | created before the period begins, within it, after it ends |
// | `lang:code` | no filter: words of the query are compared by stem (libstemmer) |
//
// A time is a year, a month, a day (UTC) or an RFC 3339 instant. A value may be quoted. A name with a value that is
// none of these is text, as `http://x` and `note:` are.
//
// Thread: any; a value.
// Limits: kTermsMax; a longer query says so (`is_too_long`) and is not to be asked. The edge bounds the string.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"

namespace hansard::search {

class Stemmer;

// Words, phrases and operators, as they were written; a phrase counts once for every 64 words of it.
inline constexpr std::size_t kTermsMax = 256;

// Words that follow each other. Empty: text without a word in it, which nothing contains.
struct Phrase {
  std::vector<std::string> words;       // folded, as the tokenizer gives them
  bool is_prefix = false;               // the last one may go on
  bool is_stemmed = false;              // compared by stem, where the query names a language
  std::vector<std::string> stems = {};  // of `words`, where they are compared so
  bool operator==(const Phrase&) const = default;
};

// [from, to) in milliseconds.
struct Period {
  std::int64_t from = INT64_MIN;
  std::int64_t to = INT64_MAX;
  bool operator==(const Period&) const = default;
};

struct Term {
  enum class Kind : std::uint8_t { text, tag, conversation, period };
  Kind kind = Kind::text;
  bool negated = false;
  Phrase phrase;
  std::string tag;  // as tags.h writes it
  base::ConversationId conversation;
  Period period;
  bool operator==(const Term&) const = default;
};

using Clause = std::vector<Term>;  // never empty, no term twice

struct Query {
  std::vector<Clause> clauses;  // empty: finds nothing; none twice
  std::shared_ptr<const Stemmer> stemmer;
  bool is_too_long = false;  // more than kTermsMax terms; the clauses are its beginning
};

Query parse_query(std::string_view text);

// The period an operator's value names.
std::optional<Period> parse_period(std::string_view text);

}  // namespace hansard::search
