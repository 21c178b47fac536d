#include "projections/search/stemmer.h"

#include <libstemmer.h>

#include <algorithm>
#include <cctype>
#include <initializer_list>
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

bool is_one_of(const std::string& algorithm, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), algorithm) != names.end();
}

// Algorithms that also strip or change what words begin with.
bool cuts_in_front(const std::string& algorithm) {
  return is_one_of(algorithm, {"arabic", "ar", "ara", "indonesian", "id", "ind", "irish", "ga", "gle", "tamil", "ta",
                               "tam", "yiddish", "yi", "yid", "kraaij_pohlmann"});
}

// How many letters of a stem of `size` every word of it begins with. Suffix strippers change at most the end of what
// they leave ("happi" of "happy"), so all but the last letter stands, of short stems the first ("die" of "dying"), and
// of long ones the first few are selective enough.
std::size_t letters_kept(const std::string& algorithm, std::size_t size) {
  bool halves_double_consonants = is_one_of(algorithm, {"finnish", "fi", "fin"});
  bool hardens_the_last = is_one_of(algorithm, {"turkish", "tr", "tur"});
  if (size == 1 && hardens_the_last) return 0;
  if (size <= 3) return 1;
  return std::min(size - 1, halves_double_consonants ? 2 : kPrefixCodePointsMax);
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

std::string Stemmer::common_prefix(std::string_view word) const {
  if (cuts_in_front(algorithm_)) return "";
  std::vector<char32_t> points, original;
  decode_utf8(stem(word), points);
  decode_utf8(word, original);
  std::size_t size = letters_kept(algorithm_, points.size());
  std::string prefix;
  for (std::size_t i = 0; i < size && i < points.size() && i < original.size(); ++i) {
    if (points[i] != original[i]) break;
    append_utf8(prefix, points[i]);
  }
  return prefix;
}

}  // namespace hansard::search
