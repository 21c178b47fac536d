#include "projections/search/tokenizer.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "projections/search/characters.h"

namespace hansard::search {

namespace {
using Text = std::span<const char32_t>;

class Tokenizer {
 public:
  Tokenizer(Text text, std::vector<CharClass>& classes, TokenList& out) : text_(text), classes_(classes), out_(out) {}

  void run() {
    while (at_ < text_.size()) {
      switch (classes_[at_]) {
        case CharClass::word:
        case CharClass::connector:
        case CharClass::mark:
          word();
          break;
        case CharClass::gram:
          gram_run();
          break;
        case CharClass::emoji:
        case CharClass::modifier:
        case CharClass::regional:
          emoji();
          break;
        case CharClass::symbol:
          symbol();
          break;
        default:
          ++at_;
      }
    }
  }

 private:
  CharClass at(std::size_t i) const { return i < classes_.size() ? classes_[i] : CharClass::other; }

  // The fold of [begin, end) as a token at the current position. Nothing when it folds to nothing, or to the whole.
  bool add(std::size_t begin, std::size_t end, bool is_part, bool is_gram = false, std::string_view tail = {}) {
    std::size_t start = out_.bytes.size();
    append_folded(out_.bytes, text_.subspan(begin, end - begin));
    out_.bytes += tail;
    return keep(start, begin, end + tail.size(), is_part, is_gram);
  }
  bool keep(std::size_t start, std::size_t begin, std::size_t end, bool is_part, bool is_gram) {
    auto size = out_.bytes.size() - start;
    bool is_known = is_part && size != 0 && stands_here(std::string_view(out_.bytes).substr(start));
    if (size == 0 || is_known) {
      out_.bytes.resize(start);
      return false;
    }
    out_.tokens.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(size), position_,
                           static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), is_part, is_gram});
    return true;
  }
  bool stands_here(std::string_view text) const {
    for (auto token = out_.tokens.rbegin(); token != out_.tokens.rend() && token->position == position_; ++token) {
      if (out_.text(*token) == text) return true;
    }
    return false;
  }

  void word();
  std::size_t word_end(std::size_t begin) const;
  std::size_t suffix_end(std::size_t end) const;
  void parts(std::size_t begin, std::size_t end);
  bool goes_on_plainly(std::size_t i) const;
  bool is_boundary(std::size_t begin, std::size_t i, std::size_t end) const;
  struct GramRun;
  void gram_run();
  void collect_grams(GramRun& run);
  void add_gram(GramRun& run);
  void emit_grams(const GramRun& run);
  void emoji();
  std::size_t emoji_end(std::size_t begin) const;
  void symbol();

  const Text text_;
  const std::vector<CharClass>& classes_;
  TokenList& out_;
  std::size_t at_ = 0;
  std::uint32_t position_ = 0;
};

bool belongs_to_word(CharClass kind) {
  return kind == CharClass::word || kind == CharClass::connector || kind == CharClass::mark ||
         kind == CharClass::joiner;
}

std::size_t Tokenizer::word_end(std::size_t begin) const {
  std::size_t end = begin;
  std::size_t longest = std::min(text_.size(), begin + kWordCodePointsMax);
  while (end < longest && belongs_to_word(classes_[end])) ++end;
  while (end > begin && classes_[end - 1] == CharClass::joiner) --end;
  return std::max(end, begin + 1);
}

// After "C++", "C#": names whose tail is no letter.
std::size_t Tokenizer::suffix_end(std::size_t end) const {
  std::size_t after = end;
  if (after + 1 < text_.size() && text_[after] == '+' && text_[after + 1] == '+') {
    after += 2;
  } else if (after < text_.size() && text_[after] == '#') {
    after += 1;
  }
  bool ends = after >= text_.size() || (!belongs_to_word(at(after)) && text_[after] != '+' && text_[after] != '#');
  return ends ? after : end;
}

void Tokenizer::word() {
  std::size_t begin = at_;
  std::size_t end = word_end(begin);
  at_ = end;
  bool has_letter = std::any_of(classes_.begin() + static_cast<std::ptrdiff_t>(begin),
                                classes_.begin() + static_cast<std::ptrdiff_t>(end),
                                [](CharClass kind) { return kind == CharClass::word; });
  if (!has_letter) return;
  std::size_t after = suffix_end(end);
  std::string_view tail = after == end ? "" : text_[end] == '#' ? "#" : "++";
  if (!add(begin, end, false, false, tail)) return;
  if (after != end) add(begin, end, true);
  parts(begin, end);
  at_ = after;
  ++position_;
}

// What most of a text is, and no boundary.
bool Tokenizer::goes_on_plainly(std::size_t i) const {
  return text_[i] >= 'a' && text_[i] <= 'z' && classes_[i - 1] == CharClass::word;
}

// Does a part end before i? At a connector, at aB, and before the last letter of the capitals in ABc.
bool Tokenizer::is_boundary(std::size_t begin, std::size_t i, std::size_t end) const {
  if (classes_[i] == CharClass::connector || classes_[i - 1] == CharClass::connector) return true;
  if (!is_upper(text_[i])) return false;
  std::size_t before = i - 1;
  while (before > begin && classes_[before] != CharClass::word) --before;
  if (!is_upper(text_[before])) return true;
  return i + 1 < end && is_lower(text_[i + 1]);
}

// Every run of neighbouring parts but the whole: the short ones first, for kPartsMax cuts off the long.
void Tokenizer::parts(std::size_t begin, std::size_t end) {
  std::array<std::pair<std::size_t, std::size_t>, kPartsMax> piece;
  std::size_t pieces = 0;
  std::size_t start = begin;
  for (std::size_t i = begin + 1; i <= end && pieces < kPartsMax; ++i) {
    if (i < end && (goes_on_plainly(i) || !is_boundary(begin, i, end))) continue;
    if (classes_[start] != CharClass::connector) piece[pieces++] = {start, i};
    start = i;
  }
  std::size_t tried = 0;
  for (std::size_t length = 1; length <= pieces; ++length) {
    for (std::size_t i = 0; i + length <= pieces && tried < kPartsMax; ++i) {
      auto [from, to] = std::pair(piece[i].first, piece[i + length - 1].second);
      if (from == begin && to == end) continue;
      add(from, to, true);
      ++tried;
    }
  }
}

// Folded base by base, so that every folded character knows where it came from.
struct Tokenizer::GramRun {
  struct Unit {
    std::uint32_t at, size;    // in `folded`
    std::uint32_t begin, end;  // in the text
  };
  std::vector<Unit> units;
  std::string folded;
  std::string one;  // the fold of the base at hand
  std::vector<char32_t> points;
};

// Then a token for each pair and each one.
void Tokenizer::gram_run() {
  thread_local GramRun run;
  run.units.clear();
  run.folded.clear();
  collect_grams(run);
  emit_grams(run);
}

void Tokenizer::collect_grams(GramRun& run) {
  while (at_ < text_.size() && (classes_[at_] == CharClass::gram || !run.units.empty())) {
    if (classes_[at_] == CharClass::joiner || (classes_[at_] == CharClass::mark && !joins_base(text_[at_]))) {
      ++at_;
      continue;
    }
    if (classes_[at_] != CharClass::gram) break;
    add_gram(run);
  }
}

void Tokenizer::add_gram(GramRun& run) {
  const std::size_t begin = at_++;
  while (at_ < text_.size() && joins_base(text_[at_])) ++at_;
  run.one.clear();
  append_folded(run.one, text_.subspan(begin, at_ - begin));
  decode_utf8(run.one, run.points);
  for (char32_t c : run.points) {
    const auto start = static_cast<std::uint32_t>(run.folded.size());
    append_utf8(run.folded, c);
    run.units.push_back({start, static_cast<std::uint32_t>(run.folded.size()) - start,
                         static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)});
  }
}

void Tokenizer::emit_grams(const GramRun& run) {
  for (std::size_t i = 0; i < run.units.size(); ++i) {
    const GramRun::Unit& unit = run.units[i];
    const bool has_next = i + 1 < run.units.size();
    if (has_next) {
      const std::size_t start = out_.bytes.size();
      out_.bytes.append(run.folded, unit.at, unit.size + run.units[i + 1].size);
      keep(start, unit.begin, run.units[i + 1].end, false, true);
    }
    const std::size_t start = out_.bytes.size();
    out_.bytes.append(run.folded, unit.at, unit.size);
    keep(start, unit.begin, unit.end, has_next, true);
    ++position_;
  }
}

std::size_t Tokenizer::emoji_end(std::size_t begin) const {
  if (classes_[begin] == CharClass::regional) {
    return at(begin + 1) == CharClass::regional ? begin + 2 : begin + 1;
  }
  std::size_t end = begin + 1;
  while (end < text_.size()) {
    bool extends = classes_[end] == CharClass::mark || classes_[end] == CharClass::modifier ||
                   classes_[end] == CharClass::tag || classes_[end] == CharClass::joiner;
    bool joined =
        classes_[end] == CharClass::emoji && classes_[end - 1] == CharClass::joiner && text_[end - 1] == 0x200D;
    if (!extends && !joined) break;
    ++end;
  }
  return end;
}

// Variation selectors and a trailing joiner say nothing; joiners inside do.
void Tokenizer::emoji() {
  std::size_t begin = at_;
  at_ = emoji_end(begin);
  std::size_t start = out_.bytes.size();
  for (std::size_t i = begin; i < at_; ++i) {
    bool joins = text_[i] == 0x200D && i + 1 < at_;
    if (classes_[i] != CharClass::joiner || joins) append_utf8(out_.bytes, text_[i]);
  }
  keep(start, begin, at_, false, false);
  for (std::size_t i = begin; i < at_ && i < begin + kPartsMax; ++i) {
    if (classes_[i] != CharClass::emoji) continue;
    start = out_.bytes.size();
    append_utf8(out_.bytes, text_[i]);
    keep(start, i, i + 1, true, false);
  }
  ++position_;
}

void Tokenizer::symbol() {
  std::size_t start = out_.bytes.size();
  append_utf8(out_.bytes, text_[at_]);
  keep(start, at_, at_ + 1, false, false);
  ++at_;
  ++position_;
}
}  // namespace

void tokenize(std::string_view text, TokenList& out) {
  thread_local std::vector<char32_t> points;
  thread_local std::vector<CharClass> classes;
  out.bytes.clear();
  out.tokens.clear();
  decode_utf8(text, points);
  classes_of(points, classes);
  Tokenizer(points, classes, out).run();
}

}  // namespace hansard::search
