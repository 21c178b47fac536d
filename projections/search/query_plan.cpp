#include "projections/search/query_plan.h"

#include <algorithm>

#include "projections/search/fts_functions.h"
#include "projections/search/stemmer.h"
#include "projections/search/tags.h"
#include "projections/search/token_stream.h"

namespace hansard::search {

namespace {
// As many of a long phrase's words narrow a search down.
constexpr std::size_t kWordsOfPhraseMax = 8;

std::string quoted(const std::vector<std::string>& words) {
  std::string text = "\"";
  for (char c : token_stream(words)) text.append(c == '"' ? 2 : 1, c);
  return text + "\"";
}

std::string joined(const std::vector<std::string>& parts, const char* with) {
  if (parts.size() == 1) return parts.front();
  std::string text = "(";
  for (const auto& part : parts) text.append(text.size() > 1 ? with : "").append(part);
  return text + ")";
}

std::string tag_expression(const std::string& tag) { return "tags : " + quoted({tag}); }

// A piece of an expression, and the slot of each of its phrases.
struct Piece {
  std::string text;
  std::string slots;
};

class Planner {
 public:
  Planner(const Query& query, const Catalog& catalog, QueryPlan& plan)
      : query_(query), catalog_(catalog), plan_(plan) {}

  void run(const std::vector<ConversationNumber>& within) {
    for (const Clause& clause : query_.clauses) {
      if (!plan_.finds_nothing) add(clause);
    }
    plan_.finds_nothing = plan_.finds_nothing || query_.clauses.empty();
    if (!within.empty()) add_within(within);
    if (wanted_.empty()) add_everything();
    assemble();
  }

 private:
  enum class Truth { expression, superset, always, never, unsayable };

  void add(const Clause& clause);
  void add_negated(const std::vector<Piece>& wanted, const std::vector<Piece>& unwanted);
  void add_within(const std::vector<ConversationNumber>& within);
  void add_everything();
  void assemble();
  Truth say(const Term& term, Piece& piece);
  Truth say_text(const Term& term, Piece& piece);
  Truth say_stems(const Phrase& phrase, Piece& piece);
  Truth say_words(const Term& term, Piece& piece);
  Piece said(const Term& term, const std::vector<std::string>& words, bool is_prefix);
  char slot_for(const std::string& expression);

  const Query& query_;
  const Catalog& catalog_;
  QueryPlan& plan_;
  std::vector<Piece> wanted_, unwanted_;
  std::size_t phrases_ = 0;
  std::size_t placed_words_ = 0;  // whose places SQLite compares
};

Piece join(const std::vector<Piece>& pieces, const char* with) {
  Piece all;
  std::vector<std::string> texts;
  for (const Piece& piece : pieces) {
    texts.push_back(piece.text);
    all.slots += piece.slots;
  }
  all.text = joined(texts, with);
  return all;
}

char Planner::slot_for(const std::string& expression) {
  auto known = std::find(plan_.ranked.begin(), plan_.ranked.end(), expression);
  if (known == plan_.ranked.end() && plan_.ranked.size() == kSlotsMax) return static_cast<char>(kNoSlot);
  if (known == plan_.ranked.end()) known = plan_.ranked.insert(known, expression);
  return static_cast<char>(known - plan_.ranked.begin());
}

Planner::Truth Planner::say_stems(const Phrase& phrase, Piece& piece) {
  std::vector<Piece> words;
  for (const auto& word : phrase.words) {
    std::string prefix = query_.stemmer->common_prefix(word);
    if (!prefix.empty())
      words.push_back({"text : " + quoted({prefix}) + " *", std::string(1, static_cast<char>(kNoSlot))});
  }
  if (words.empty()) return Truth::unsayable;
  piece = join(words, " AND ");
  return Truth::superset;
}

Piece Planner::said(const Term& term, const std::vector<std::string>& words, bool is_prefix) {
  std::string text = "text : " + quoted(words) + (is_prefix ? " *" : "");
  const char slot = term.negated ? static_cast<char>(kNoSlot) : slot_for(text);
  return {std::move(text), std::string(1, slot)};
}

// Some of the phrase's words, in any order.
Planner::Truth Planner::say_words(const Term& term, Piece& piece) {
  if (term.negated) return Truth::unsayable;
  const auto& words = term.phrase.words;
  std::vector<Piece> pieces;
  for (auto at = words.begin(); at != words.end() && pieces.size() < kWordsOfPhraseMax; ++at) {
    if (std::find(words.begin(), at, *at) != at) continue;
    pieces.push_back(said(term, {*at}, term.phrase.is_prefix && at + 1 == words.end()));
  }
  piece = join(pieces, " AND ");
  return Truth::superset;
}

Planner::Truth Planner::say_text(const Term& term, Piece& piece) {
  if (!term.phrase.stems.empty()) return say_stems(term.phrase, piece);
  const std::size_t words = term.phrase.words.size();
  if (words > 1 && placed_words_ + words > kPlacedWordsMax) return say_words(term, piece);
  placed_words_ += words > 1 ? words : 0;
  piece = said(term, term.phrase.words, term.phrase.is_prefix);
  return Truth::expression;
}

Planner::Truth Planner::say(const Term& term, Piece& piece) {
  std::string tag = term.tag;
  if (term.kind == Term::Kind::text) return say_text(term, piece);
  if (term.kind == Term::Kind::period) return Truth::unsayable;
  if (term.kind == Term::Kind::conversation) {
    auto number = catalog_.conversation(term.conversation);
    if (!number) return term.negated ? Truth::always : Truth::never;
    tag = conversation_tag(*number);
  }
  piece = {tag_expression(tag), std::string(1, static_cast<char>(kNoSlot))};
  return Truth::expression;
}

bool is_about_time(const Clause& clause) {
  return std::all_of(clause.begin(), clause.end(), [](const Term& t) { return t.kind == Term::Kind::period; });
}

void Planner::add(const Clause& clause) {
  if (is_about_time(clause)) {
    plan_.periods.push_back(clause);
    return;
  }
  std::vector<Piece> wanted, unwanted;
  bool is_sayable = true, is_superset = false;
  for (const Term& term : clause) {
    Piece piece;
    Truth truth = phrases_ + 1 > kPhrasesMax ? Truth::unsayable : say(term, piece);
    phrases_ += piece.slots.size();
    if (truth == Truth::always) return;
    if (truth == Truth::never) continue;
    is_superset = is_superset || truth == Truth::superset;
    is_sayable = is_sayable && truth != Truth::unsayable && !(truth == Truth::superset && term.negated);
    (term.negated ? unwanted : wanted).push_back(std::move(piece));
  }
  bool is_said = is_sayable && !(is_superset && !unwanted.empty());
  plan_.needs_matcher = plan_.needs_matcher || is_superset || !is_said;
  if (!is_said) return;
  if (wanted.empty() && unwanted.empty()) {
    plan_.finds_nothing = true;
  } else if (unwanted.empty()) {
    wanted_.push_back(join(wanted, " OR "));
  } else {
    add_negated(wanted, unwanted);
  }
}

// a OR -b OR -c leaves out what has b and c and not a.
void Planner::add_negated(const std::vector<Piece>& wanted, const std::vector<Piece>& unwanted) {
  Piece out = join(unwanted, " AND ");
  if (!wanted.empty()) out = join({out, join(wanted, " OR ")}, " NOT ");
  unwanted_.push_back(std::move(out));
}

void Planner::add_within(const std::vector<ConversationNumber>& within) {
  std::vector<Piece> any;
  for (ConversationNumber number : within) {
    any.push_back({tag_expression(conversation_tag(number)), std::string(1, static_cast<char>(kNoSlot))});
  }
  wanted_.push_back(join(any, " OR "));
}

// Every message has a type.
void Planner::add_everything() {
  std::vector<Piece> any;
  for (std::uint8_t type = 1; type <= kMessageTypesMax; ++type) {
    any.push_back({tag_expression(type_tag(domain::MessageType{type})), std::string(1, static_cast<char>(kNoSlot))});
  }
  wanted_.push_back(join(any, " OR "));
}

void Planner::assemble() {
  Piece all = join(wanted_, " AND ");
  if (!unwanted_.empty()) all = join({all, join(unwanted_, " OR ")}, " NOT ");
  plan_.expression = std::move(all.text);
  plan_.slots = std::move(all.slots);
}
}  // namespace

QueryPlan plan_query(const Query& query, const Catalog& catalog, const std::vector<ConversationNumber>& within) {
  QueryPlan plan;
  Planner(query, catalog, plan).run(within);
  return plan;
}

}  // namespace hansard::search
