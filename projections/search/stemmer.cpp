#include "projections/search/stemmer.h"

#include <libstemmer.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "projections/search/characters.h"

namespace hansard::search {

namespace {
constexpr std::size_t kPrefixCodePointsMax = 4;

struct Delete {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};
using Handle = std::unique_ptr<sb_stemmer, Delete>;

Handle make(const std::string& algorithm) { return Handle(sb_stemmer_new(algorithm.c_str(), "UTF_8")); }

sb_stemmer* of_this_thread(const std::string& algorithm) {
  thread_local std::map<std::string, Handle> known;  // at most one per language
  Handle& handle = known[algorithm];
  if (!handle) handle = make(algorithm);
  return handle.get();
}

// Algorithms that also strip prefixes.
bool cuts_in_front(const std::string& algorithm) {
  static const char* const kNames[] = {"arabic", "ar", "ara", "indonesian", "id", "ind", "kraaij_pohlmann"};
  return std::find(std::begin(kNames), std::end(kNames), algorithm) != std::end(kNames);
}
}  // namespace

std::shared_ptr<const Stemmer> Stemmer::of_language(std::string_view name) {
  std::string algorithm;
  for (char c : name) algorithm += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (algorithm.empty() || algorithm.find('\0') != std::string::npos || !make(algorithm)) return nullptr;
  return std::shared_ptr<const Stemmer>(new Stemmer(std::move(algorithm)));
}

std::string Stemmer::stem(std::string_view word) const {
  sb_stemmer* stemmer = of_this_thread(algorithm_);
  const auto* bytes = reinterpret_cast<const sb_symbol*>(word.data());
  const sb_symbol* stemmed = sb_stemmer_stem(stemmer, bytes, static_cast<int>(word.size()));
  if (stemmed == nullptr) return std::string(word);
  return {reinterpret_cast<const char*>(stemmed), static_cast<std::size_t>(sb_stemmer_length(stemmer))};
}

// Suffix strippers change at most the end of what they leave ("happi" of "happy"), so all but the last letter stands,
// and of long stems the first few are selective enough.
std::string Stemmer::common_prefix(std::string_view word) const {
  if (cuts_in_front(algorithm_)) return "";
  std::vector<char32_t> points, original;
  decode_utf8(stem(word), points);
  decode_utf8(word, original);
  std::size_t size = points.size() > 2 ? std::min(points.size() - 1, kPrefixCodePointsMax) : 1;
  std::string prefix;
  for (std::size_t i = 0; i < size && i < points.size() && i < original.size(); ++i) {
    if (points[i] != original[i]) break;
    append_utf8(prefix, points[i]);
  }
  return prefix;
}

}  // namespace hansard::search
