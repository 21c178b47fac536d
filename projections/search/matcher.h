// A query against one message: does it match, and where. The index narrows the search down, this decides: hits are
// compared again with the message as it is shown, and with what an index expression cannot say (query_plan.h).
//
// Thread: any; values of one thread.
// Limits: kStepsMax, for matches and highlights together; a hostile query beyond that takes the index's word, and shows
// what highlights it has. kHighlightsMax.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/domain/values.h"
#include "projections/search/query.h"
#include "projections/search/tokenizer.h"

namespace hansard::search {

inline constexpr std::size_t kHighlightsMax = 1'000;
inline constexpr std::size_t kStepsMax = 250'000;  // comparisons of one message

// Code points of the content.
struct Highlight {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  bool operator==(const Highlight&) const = default;
};

// What a query may ask about a message.
struct Document {
  TokenList tokens;
  std::vector<std::string> tags;  // sorted
  base::ConversationId conversation;
  std::int64_t created_at = 0;
};
Document document_of(const domain::MessageFacts& facts, const domain::MessageContent& content);

class Matcher {
 public:
  // Both outlive it.
  Matcher(const Query& query, const Document& document);

  bool matches();
  // Of everything the query wants, in order, none overlapping.
  std::vector<Highlight> highlights();
  // What it has done, in comparisons.
  std::size_t steps() const { return steps_; }

 private:
  bool holds(const Term& term);
  bool is_word(const Token& token, const Phrase& phrase, std::size_t i);
  // The last token of `phrase` begun at `first`; nothing when it does not go on that way.
  const Token* follow(const Phrase& phrase, const Token& first);
  // Those that may begin `phrase` come first; from the first that does not, none does.
  std::span<const Token* const> from_first_word(const Phrase& phrase);
  void stem_tokens();
  std::size_t index_of(const Token& token) const {
    return static_cast<std::size_t>(&token - document_.tokens.tokens.data());
  }
  const std::string& stem_of(const Token& token) const { return stems_[index_of(token)]; }
  bool contains(const Phrase& phrase);
  void find_all(const Phrase& phrase, std::vector<Highlight>& found);

  const Query& query_;
  const Document& document_;
  std::vector<const Token*> by_text_, by_stem_;  // equal ones in their order; the second once it is asked for
  std::vector<std::size_t> first_at_;            // position -> index of its first token
  std::vector<std::string> stems_;               // of all tokens, or none
  std::size_t steps_ = 0;
};

}  // namespace hansard::search
