// Text to tokens: what the index holds and what a query is compared with. A *position* is one word, or one character
// of a script without spaces; several tokens may stand at one position, the first is the whole, the others are parts:
//
// | text | tokens by position |
// |---|---|
// | `Größe, naïve` | grosse · naive |
// | `don't 3.14 a-b` | don · t · 3 · 14 · a · b |
// | `max_open getUserName` | max_open (max, open) · getusername (get, user, name, getuser, username) |
// | `C++ https://a.org/x` | c++ (c) · https · a · org · x |
// | `東京都` | 東京 (東) · 京都 (京) · 都 |
// | `👍🏽 🇩🇪` | 👍🏽 (👍) · 🇩🇪 |
//
// So a query word is the phrase of its wholes: an identifier is found whole and by any run of its parts, an URL too;
// and a run of Chinese, Japanese, Korean, Thai, Lao, Khmer or Burmese is found by any substring, without a dictionary
// that would cut the same characters differently in a message and in a query (docs/adr/0013).
//
// Invariants: positions are dense from 0; no token contains a control character; equal texts give equal tokens.
// Thread: any; buffers are the caller's.
// Limits: a word is cut after kWordCodePointsMax code points into several positions; kPartsMax parts of one word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hansard::search {

inline constexpr std::size_t kWordCodePointsMax = 255;
inline constexpr std::size_t kPartsMax = 32;

struct Token {
  std::uint32_t at = 0, size = 0;  // its text in TokenList::bytes
  std::uint32_t position = 0;
  std::uint32_t begin = 0, end = 0;  // code points of the text it was made from
  bool is_part = false;
  bool is_gram = false;
};

struct TokenList {
  std::string bytes;
  std::vector<Token> tokens;
  std::string_view text(const Token& token) const { return std::string_view(bytes).substr(token.at, token.size); }
  std::uint32_t positions() const { return tokens.empty() ? 0 : tokens.back().position + 1; }
};

// Replaces what `out` holds.
void tokenize(std::string_view text, TokenList& out);

}  // namespace hansard::search
