// Tokens as one string, the way they are bound to FTS5: each token ends with kTokenEnd, one that stands at the position
// of the token before it begins with kSamePosition. Neither byte is in any token or user id: both are control
// characters.
//
// Thread: any; plain functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/search/tokenizer.h"

namespace hansard::search {

inline constexpr char kTokenEnd = '\x1F';
inline constexpr char kSamePosition = '\x1E';

std::string token_stream(const TokenList& list);
std::string token_stream(const std::vector<std::string>& words);
std::vector<std::string> split_stream(std::string_view stream);

}  // namespace hansard::search
