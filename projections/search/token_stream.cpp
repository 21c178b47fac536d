#include "projections/search/token_stream.h"

namespace hansard::search {

std::string token_stream(const TokenList& list) {
  std::string stream;
  stream.reserve(list.bytes.size() + 2 * list.tokens.size());
  for (const Token& token : list.tokens) {
    if (token.is_part) stream += kSamePosition;
    stream.append(list.text(token)) += kTokenEnd;
  }
  return stream;
}

std::string token_stream(const std::vector<std::string>& words) {
  std::string stream;
  for (const auto& word : words) stream.append(word) += kTokenEnd;
  return stream;
}

std::vector<std::string> split_stream(std::string_view stream) {
  std::vector<std::string> words;
  while (!stream.empty()) {
    std::size_t end = stream.find(kTokenEnd);
    words.emplace_back(stream.substr(0, end));
    stream.remove_prefix(end == std::string_view::npos ? stream.size() : end + 1);
  }
  return words;
}

}  // namespace hansard::search
