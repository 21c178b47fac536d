#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "engine/base/clock.h"
#include "projections/search/characters.h"
#include "projections/search/query.h"
#include "projections/search/stemmer.h"
#include "projections/search/tags.h"
#include "projections/search/tokenizer.h"

namespace hansard::search {

namespace {
// A longer phrase is looked for in pieces; it bounds what one comparison costs.
constexpr std::size_t kPhraseWordsMax = 64;

using Points = std::vector<char32_t>;
using domain::MessageType;

constexpr std::array<std::pair<std::string_view, MessageType>, 8> kTypes{{{"text", MessageType::text},
                                                                          {"image", MessageType::image},
                                                                          {"video", MessageType::video},
                                                                          {"audio", MessageType::audio},
                                                                          {"file", MessageType::file},
                                                                          {"location", MessageType::location},
                                                                          {"status", MessageType::status},
                                                                          {"system", MessageType::system}}};

bool is_space(char32_t c) {
  return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

std::string text_of(const Points& points, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) append_utf8(text, points[i]);
  return text;
}

// One value of a term: quoted, or up to the next space.
struct Value {
  std::string text;
  bool is_quoted = false;
  bool is_prefix = false;
};

class Parser {
 public:
  explicit Parser(std::string_view text) { decode_utf8(text, points_); }

  Query run() {
    for (skip_spaces(); at_ < points_.size() && terms_ <= kTermsMax; skip_spaces()) {
      if (is_or()) {
        joins_ = true;
        at_ += 2;
      } else {
        term();
      }
    }
    query_.is_too_long = terms_ > kTermsMax;
    drop_repeated();
    if (query_.stemmer) stem_words();
    return std::move(query_);
  }

 private:
  void skip_spaces() {
    while (at_ < points_.size() && is_space(points_[at_])) ++at_;
  }
  std::size_t word_end(std::size_t from) const {
    while (from < points_.size() && !is_space(points_[from])) ++from;
    return from;
  }
  std::optional<std::size_t> closing_quote(std::size_t open) const {
    for (std::size_t i = open + 1; i < points_.size(); ++i) {
      if (points_[i] == '"') return i;
    }
    return std::nullopt;
  }
  bool is_or() const;
  void term();
  Value value();
  bool operator_term(bool negated);
  bool filter(std::string_view name, const std::string& value, bool negated);
  bool language(const std::string& value);
  void text_term(const Value& value, bool negated);
  void add(Term term);
  void drop_repeated();
  void stem_words();

  Points points_;
  std::size_t at_ = 0;
  bool joins_ = false;  // after OR
  std::size_t terms_ = 0;
  Query query_;
};

// Only between two terms; elsewhere it is a word.
bool Parser::is_or() const {
  if (joins_ || query_.clauses.empty() || word_end(at_) != at_ + 2) return false;
  if (points_[at_] != 'O' || points_[at_ + 1] != 'R') return false;
  std::size_t next = at_ + 2;
  while (next < points_.size() && is_space(points_[next])) ++next;
  return next < points_.size();
}

void Parser::term() {
  std::size_t next = at_ + 1;
  bool negated = points_[at_] == '-' && next < points_.size() && !is_space(points_[next]) && points_[next] != '-';
  if (negated) ++at_;
  if (operator_term(negated)) return;
  text_term(value(), negated);
}

Value Parser::value() {
  Value value;
  auto close = points_[at_] == '"' ? closing_quote(at_) : std::nullopt;
  if (close) {
    value = {text_of(points_, at_ + 1, *close), true, false};
    at_ = *close + 1;
    value.is_prefix = at_ < points_.size() && points_[at_] == '*';
    if (value.is_prefix) ++at_;
    return value;
  }
  std::size_t end = word_end(at_);
  value.is_prefix = points_[end - 1] == '*';
  value.text = text_of(points_, at_, end - (value.is_prefix ? 1 : 0));
  at_ = end;
  return value;
}

bool Parser::operator_term(bool negated) {
  std::size_t colon = at_;
  std::string name;
  while (colon < points_.size() && points_[colon] < 0x80 && points_[colon] != ':' && !is_space(points_[colon])) {
    char c = static_cast<char>(points_[colon++]);
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  std::size_t begin = colon + 1;
  if (begin >= points_.size() || points_[colon] != ':' || is_space(points_[begin])) return false;
  std::size_t before = std::exchange(at_, begin);
  Value given = value();
  if (given.is_prefix && !given.is_quoted) given.text += '*';
  if (filter(name, given.text, negated)) return true;
  at_ = before;
  return false;
}

Term tag_term(std::string tag, bool negated) {
  Term term;
  term.kind = Term::Kind::tag;
  term.negated = negated;
  term.tag = std::move(tag);
  return term;
}

std::optional<Period> period_of(std::string_view name, std::string_view value) {
  auto period = parse_period(value);
  if (!period) return std::nullopt;
  if (name == "before") return Period{INT64_MIN, period->from};
  if (name == "after") return Period{period->to, INT64_MAX};
  return period;
}

std::optional<Term> conversation_term(std::string_view value, bool negated) {
  const auto id = base::parse_id<base::ConversationId>(value);
  if (!id) return std::nullopt;
  Term term;
  term.negated = negated;
  term.kind = Term::Kind::conversation;
  term.conversation = *id;
  return term;
}

std::optional<Term> period_term(std::string_view name, std::string_view value, bool negated) {
  const auto period = period_of(name, value);
  if (!period) return std::nullopt;
  Term term;
  term.negated = negated;
  term.kind = Term::Kind::period;
  term.period = *period;
  return term;
}

std::optional<std::string> tag_of(std::string_view name, const std::string& value) {
  if (name == "from" || name == "mentions") {
    const auto user = base::parse_user_id(value);
    if (!user) return std::nullopt;
    return name == "from" ? author_tag(*user) : mention_tag(*user);
  }
  if (name == "type") {
    const auto found =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& type) { return type.first == value; });
    return found != kTypes.end() ? std::optional(type_tag(found->second)) : std::nullopt;
  }
  return name == "has" && value == "file" ? std::optional(file_tag()) : std::nullopt;
}

// Nothing: it says nothing that could be looked for.
std::optional<Term> filter_term(std::string_view name, const std::string& value, bool negated) {
  if (name == "in") return conversation_term(value, negated);
  if (name == "before" || name == "after" || name == "on") return period_term(name, value, negated);
  auto tag = tag_of(name, value);
  if (!tag) return std::nullopt;
  return tag_term(*std::move(tag), negated);
}

// False: not an operator, so it is text.
bool Parser::filter(std::string_view name, const std::string& value, bool negated) {
  if (name == "lang" && !negated) return language(value);
  auto term = filter_term(name, value, negated);
  if (term) add(*std::move(term));
  return term.has_value();
}

bool Parser::language(const std::string& value) {
  auto stemmer = Stemmer::of_language(value);
  if (stemmer) query_.stemmer = std::move(stemmer);
  terms_ += query_.stemmer ? 1 : 0;
  return query_.stemmer != nullptr;
}

// The whole of each position. A run's last character alone says no more than the pair before it.
Phrase phrase_of(const TokenList& list) {
  Phrase phrase;
  const Token* before = nullptr;
  for (const Token& token : list.tokens) {
    if (token.is_part) continue;
    bool covered = &token == &list.tokens.back() && token.is_gram && before != nullptr && before->is_gram &&
                   before->end == token.end;
    if (!covered) phrase.words.emplace_back(list.text(token));
    before = &token;
  }
  return phrase;
}

// Whether the star stands right behind a word: parts of it may end before ("max_*").
bool ends_in_word(const TokenList& list, std::size_t end) {
  const auto last = std::find_if(list.tokens.rbegin(), list.tokens.rend(), [](const Token& t) { return !t.is_part; });
  return last != list.tokens.rend() && !last->is_gram && last->end == end;
}

void Parser::text_term(const Value& value, bool negated) {
  TokenList list;
  tokenize(value.text, list);
  if (list.tokens.empty()) return;
  Points points;
  decode_utf8(value.text, points);
  Phrase phrase = phrase_of(list);
  phrase.is_prefix = value.is_prefix && ends_in_word(list, points.size());
  phrase.is_stemmed = !value.is_quoted && !phrase.is_prefix;
  Term term;
  term.negated = negated;
  // A longer phrase is one of several pieces, all of which must be there; negated, or after OR, its beginning stands
  // for it.
  bool is_whole = negated || joins_;
  while (phrase.words.size() > kPhraseWordsMax) {
    auto cut = phrase.words.begin() + kPhraseWordsMax;
    term.phrase = {{phrase.words.begin(), cut}, false, phrase.is_stemmed};
    if (is_whole) return add(std::move(term));
    add(term);
    phrase.words.erase(phrase.words.begin(), cut);
  }
  term.phrase = std::move(phrase);
  add(std::move(term));
}

void Parser::add(Term term) {
  ++terms_;
  if (std::exchange(joins_, false)) {
    query_.clauses.back().push_back(std::move(term));
  } else {
    query_.clauses.push_back({std::move(term)});
  }
}

template <class Item>
void drop_repeats(std::vector<Item>& items) {
  for (auto at = items.begin(); at != items.end();)
    at = std::find(items.begin(), at, *at) == at ? at + 1 : items.erase(at);
}

void Parser::drop_repeated() {
  for (Clause& clause : query_.clauses) drop_repeats(clause);
  drop_repeats(query_.clauses);
}

void Parser::stem_words() {
  for (Clause& clause : query_.clauses) {
    for (Term& term : clause) {
      if (!term.phrase.is_stemmed) continue;
      for (const auto& word : term.phrase.words) term.phrase.stems.push_back(query_.stemmer->stem(word));
    }
  }
}

std::optional<int> number(std::string_view digits) {
  int value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.front() == '-') return std::nullopt;
  return value;
}

std::int64_t milliseconds(std::chrono::year_month_day day) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::sys_days(day).time_since_epoch()).count();
}
}  // namespace

Query parse_query(std::string_view text) { return Parser(text).run(); }

std::optional<Period> parse_period(std::string_view text) {
  using namespace std::chrono;
  if (text.size() > 10) {
    auto instant = base::parse_time(text);
    if (!instant) return std::nullopt;
    return Period{instant->ms, instant->ms + 1};
  }
  bool has_month = text.size() == 7 && text[4] == '-', has_day = text.size() == 10 && text[4] == '-' && text[7] == '-';
  if (text.size() != 4 && !has_month && !has_day) return std::nullopt;
  auto y = number(text.substr(0, 4));
  auto m = has_month || has_day ? number(text.substr(5, 2)) : 1;
  auto d = has_day ? number(text.substr(8, 2)) : 1;
  if (!y || !m || !d) return std::nullopt;
  year_month_day first{year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
  if (!first.ok()) return std::nullopt;
  if (has_day) return Period{milliseconds(first), milliseconds(year_month_day(sys_days(first) + days(1)))};
  return Period{milliseconds(first), milliseconds(has_month ? first + months(1) : first + years(1))};
}

}  // namespace hansard::search
