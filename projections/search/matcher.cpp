#include "projections/search/matcher.h"

#include <algorithm>

#include "projections/search/stemmer.h"
#include "projections/search/tags.h"

namespace hansard::search {

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

const std::string& Matcher::stem_of(const Token& token) {
  const auto& list = document_.tokens;
  if (stems_.empty()) stems_.resize(list.tokens.size());
  std::string& stem = stems_[static_cast<std::size_t>(&token - list.tokens.data())];
  if (stem.empty()) stem = query_.stemmer->stem(list.text(token));
  return stem;
}

bool Matcher::is_word(const Token& token, const Phrase& phrase, std::size_t i) {
  std::string_view text = document_.tokens.text(token);
  const std::string& wanted = phrase.words[i];
  if (text == wanted) return true;
  if (phrase.is_prefix && i + 1 == phrase.words.size()) return text.starts_with(wanted);
  return phrase.is_stemmed && query_.stemmer && stem_of(token) == query_.stemmer->stem(wanted);
}

std::vector<const Token*> Matcher::beginnings(const Phrase& phrase) {
  std::vector<const Token*> found;
  if (phrase.is_stemmed && query_.stemmer) {
    for (const Token& token : document_.tokens.tokens) {
      if (is_word(token, phrase, 0)) found.push_back(&token);
    }
    return found;
  }
  const auto& list = document_.tokens;
  auto from = std::lower_bound(by_text_.begin(), by_text_.end(), phrase.words.front(),
                               [&](const Token* token, const std::string& word) { return list.text(*token) < word; });
  for (; from != by_text_.end() && is_word(**from, phrase, 0); ++from) found.push_back(*from);
  return found;
}

const Token* Matcher::follow(const Phrase& phrase, const Token& first) {
  const auto& tokens = document_.tokens.tokens;
  const Token* last = &first;
  for (std::size_t i = 1; i < phrase.words.size(); ++i) {
    std::size_t position = first.position + i;
    if (position >= first_at_.size()) return nullptr;
    const Token* next = nullptr;
    for (std::size_t k = first_at_[position]; !next && k < tokens.size() && tokens[k].position == position; ++k) {
      ++steps_;
      if (is_word(tokens[k], phrase, i)) next = &tokens[k];
    }
    if (!next) return nullptr;
    last = next;
  }
  return last;
}

bool Matcher::contains(const Phrase& phrase) {
  for (const Token* first : beginnings(phrase)) {
    if (steps_ > kStepsMax || follow(phrase, *first)) return true;
  }
  return false;
}

bool Matcher::holds(const Term& term) {
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
      if (term.kind != Term::Kind::text || term.negated) continue;
      for (const Token* first : beginnings(term.phrase)) {
        if (steps_ > kStepsMax || found.size() > 4 * kHighlightsMax) break;
        if (const Token* last = follow(term.phrase, *first)) found.push_back({first->begin, last->end - first->begin});
      }
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
