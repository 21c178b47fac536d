#include "projections/search/matcher.h"

#include <algorithm>

#include "projections/search/stemmer.h"
#include "projections/search/tags.h"

namespace hansard::search {

namespace {
constexpr std::size_t kStepsOfStem = 16;  // what finding a stem costs, in comparisons
}

Document document_of(const domain::MessageFacts& facts, const domain::MessageContent& content) {
  Document document;
  tokenize(content.text, document.tokens);
  document.tags = tags_of(facts, content);
  document.conversation = facts.conversation;
  document.created_at = facts.created_at.ms;
  return document;
}

Matcher::Matcher(const Query& query, const Document& document) : query_(query), document_(document) {
  const auto& tokens = document.tokens.tokens;
  by_text_.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    by_text_.push_back(&tokens[i]);
    if (tokens[i].position == first_at_.size()) first_at_.push_back(i);
  }
  std::stable_sort(by_text_.begin(), by_text_.end(),
                   [&](const Token* a, const Token* b) { return document.tokens.text(*a) < document.tokens.text(*b); });
}

// Of all tokens; equal ones stand together in by_text_ and are stemmed once.
void Matcher::stem_tokens() {
  const auto& list = document_.tokens;
  stems_.resize(list.tokens.size());
  const Token* before = nullptr;
  for (const Token* token : by_text_) {
    const bool is_new = before == nullptr || list.text(*before) != list.text(*token);
    stems_[index_of(*token)] = is_new ? query_.stemmer->stem(list.text(*token)) : stems_[index_of(*before)];
    steps_ += is_new ? kStepsOfStem : 1;
    before = token;
  }
  by_stem_ = by_text_;
  std::sort(by_stem_.begin(), by_stem_.end(), [&](const Token* a, const Token* b) {
    const int order = stem_of(*a).compare(stem_of(*b));
    return order != 0 ? order < 0 : a < b;
  });
}

bool Matcher::is_word(const Token& token, const Phrase& phrase, std::size_t i) {
  ++steps_;
  if (!phrase.stems.empty()) return stem_of(token) == phrase.stems[i];
  std::string_view text = document_.tokens.text(token);
  const std::string& wanted = phrase.words[i];
  if (phrase.is_prefix && i + 1 == phrase.words.size()) return text.starts_with(wanted);
  return text == wanted;
}

std::span<const Token* const> Matcher::from_first_word(const Phrase& phrase) {
  const bool by_stem = !phrase.stems.empty();
  if (by_stem && stems_.empty()) stem_tokens();
  const auto& sorted = by_stem ? by_stem_ : by_text_;
  const std::string_view wanted = by_stem ? phrase.stems.front() : phrase.words.front();
  auto from = std::lower_bound(sorted.begin(), sorted.end(), wanted, [&](const Token* token, std::string_view word) {
    ++steps_;
    return (by_stem ? std::string_view(stem_of(*token)) : document_.tokens.text(*token)) < word;
  });
  return {from, sorted.end()};
}

const Token* Matcher::follow(const Phrase& phrase, const Token& first) {
  const auto& tokens = document_.tokens.tokens;
  const Token* last = &first;
  for (std::size_t i = 1; i < phrase.words.size(); ++i) {
    std::size_t position = first.position + i;
    if (position >= first_at_.size()) return nullptr;
    const Token* next = nullptr;
    for (std::size_t k = first_at_[position]; !next && k < tokens.size() && tokens[k].position == position; ++k) {
      if (is_word(tokens[k], phrase, i)) next = &tokens[k];
    }
    if (!next) return nullptr;
    last = next;
  }
  return last;
}

bool Matcher::contains(const Phrase& phrase) {
  for (const Token* first : from_first_word(phrase)) {
    if (!is_word(*first, phrase, 0)) return false;
    if (steps_ > kStepsMax || follow(phrase, *first)) return true;
  }
  return false;
}

void Matcher::find_all(const Phrase& phrase, std::vector<Highlight>& found) {
  for (const Token* first : from_first_word(phrase)) {
    if (steps_ > kStepsMax || found.size() > 4 * kHighlightsMax || !is_word(*first, phrase, 0)) return;
    if (const Token* last = follow(phrase, *first)) found.push_back({first->begin, last->end - first->begin});
  }
}

bool Matcher::holds(const Term& term) {
  ++steps_;
  switch (term.kind) {
    case Term::Kind::text:
      return contains(term.phrase);
    case Term::Kind::tag:
      return std::binary_search(document_.tags.begin(), document_.tags.end(), term.tag);
    case Term::Kind::conversation:
      return document_.conversation == term.conversation;
    case Term::Kind::period:
      return document_.created_at >= term.period.from && document_.created_at < term.period.to;
  }
  return false;
}

bool Matcher::matches() {
  if (query_.clauses.empty()) return false;
  return std::all_of(query_.clauses.begin(), query_.clauses.end(), [&](const Clause& clause) {
    return std::any_of(clause.begin(), clause.end(), [&](const Term& term) { return holds(term) != term.negated; });
  });
}

std::vector<Highlight> Matcher::highlights() {
  std::vector<Highlight> found;
  for (const Clause& clause : query_.clauses) {
    for (const Term& term : clause) {
      if (term.kind == Term::Kind::text && !term.negated) find_all(term.phrase, found);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  std::vector<Highlight> merged;
  for (const Highlight& one : found) {
    bool overlaps = !merged.empty() && one.offset < merged.back().offset + merged.back().length;
    if (!overlaps) {
      merged.push_back(one);
    } else {
      std::uint32_t end = std::max(merged.back().offset + merged.back().length, one.offset + one.length);
      merged.back().length = end - merged.back().offset;
    }
  }
  if (merged.size() > kHighlightsMax) merged.resize(kHighlightsMax);
  return merged;
}

}  // namespace hansard::search
