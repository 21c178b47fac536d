// A language's stemmer (libstemmer), for queries that ask for one with `lang:`. Words come folded, on both sides, so
// that accents make no difference here either.
//
// Thread: any; libstemmer's own state is made anew on each thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace hansard::search {

class Stemmer {
 public:
  // By ISO 639 code or English name ("en", "eng", "english"), any case. Nothing for a language it does not know.
  static std::shared_ptr<const Stemmer> of_language(std::string_view name);
  std::string stem(std::string_view word) const;
  // Of a folded word; a prefix that every word of the same stem has. "" where the language cuts words in front.
  std::string common_prefix(std::string_view word) const;

 private:
  explicit Stemmer(std::string algorithm) : algorithm_(std::move(algorithm)) {}
  const std::string algorithm_;
};

}  // namespace hansard::search
