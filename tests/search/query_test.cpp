// Every string is a query: what is an operator, what is text.
#include "projections/search/query.h"

#include <string>

#include <catch2/catch.hpp>

#include "engine/base/clock.h"
#include "projections/search/stemmer.h"

namespace hansard::search {
namespace {

constexpr char kId[] = "019a0000-0000-7000-8000-000000000001";

std::string shown(const Phrase& phrase) {
  std::string out = "'";
  for (const auto& word : phrase.words) out += (out.size() > 1 ? " " : "") + word;
  return out + "'" + (phrase.is_prefix ? "*" : "") + (phrase.is_stemmed ? "" : "=");
}

std::string shown(const Term& term) {
  std::string out = term.negated ? "-" : "";
  switch (term.kind) {
    case Term::Kind::text:
      return out + shown(term.phrase);
    case Term::Kind::tag:
      return out + "#" + term.tag;
    case Term::Kind::conversation:
      return out + "in";
    case Term::Kind::period:
      return out + "time";
  }
  return out;
}

// "clause & clause", a clause being "term|term". A phrase in quotes; "=" where stems do not apply.
std::string shown(const std::string& text) {
  std::string out;
  for (const auto& clause : parse_query(text).clauses) {
    if (!out.empty()) out += " & ";
    for (const auto& term : clause) out += (&term == &clause.front() ? "" : "|") + shown(term);
  }
  return out;
}

TEST_CASE("words, phrases, prefixes, negation and OR") {
  CHECK(shown("Hello wörld") == "'hello' & 'world'");
  CHECK(shown("\"Hello world\" x") == "'hello world'= & 'x'");
  CHECK(shown("app* \"foo ba\"*") == "'app'*= & 'foo ba'*=");
  CHECK(shown("a -b -\"c d\" -e*") == "'a' & -'b' & -'c d'= & -'e'*=");
  CHECK(shown("a OR b c OR -d OR e") == "'a'|'b' & 'c'|-'d'|'e'");
  CHECK(shown("東京都") == "'東京 京都'");
  CHECK(shown("東") == "'東'");
  CHECK(shown("東*") == "'東'");
  CHECK(shown("foo-bar a_b") == "'foo bar' & 'a_b'");
  CHECK(shown("max_* a_b_c_d_e_f_g_h_i_j* a.*") == "'max_'*= & 'a_b_c_d_e_f_g_h_i_j'*= & 'a'");
}

TEST_CASE("operators") {
  CHECK(shown("from:ann FROM:\"ann b\" -mentions:bob") == "#uann & #uann b & -#mbob");
  CHECK(shown(std::string("in:") + kId) == "in");
  CHECK(shown("has:file type:image -type:system") == "#f & #t2 & -#t8");
  CHECK(shown("before:2024 after:2024-02 on:2024-02-29 x") == "time & time & time & 'x'");
  CHECK(shown("from:ann OR from:bob") == "#uann|#ubob");
  CHECK(shown("lang:de Haus").starts_with("'haus'"));
  CHECK(parse_query("lang:german x").stemmer);
  CHECK_FALSE(parse_query("lang:klingon x").stemmer);
}

// Of folded words with one stem.
TEST_CASE("a stem's prefix is one of every word of that stem") {
  const std::pair<const char*, std::vector<const char*>> rows[] = {
      {"en", {"die", "dies", "dying"}},
      {"english", {"tie", "ties", "tying"}},
      {"eng", {"lie", "lies", "lying"}},
      {"en", {"happy", "happily", "happiness"}},
      {"ga", {"bad", "bhad", "mbad"}},
      {"irish", {"cat", "chat", "gcat"}},
      {"ta", {"ளீபோது", "இந்ளீபோ"}},
      {"fi", {"eliot", "elliot"}},
      {"tr", {"p", "binde"}},
      {"yi", {"דרוקט", "געדרוקט"}},
      {"nl", {"werkt", "gewerkt", "lopen", "gelopen"}},
      {"kraaij_pohlmann", {"werkt", "gewerkt", "lopen", "gelopen"}},
  };
  for (const auto& [language, words] : rows) {
    auto stemmer = Stemmer::of_language(language);
    if (!stemmer) continue;  // libstemmer has more of them in later versions
    for (std::string_view one : words) {
      for (std::string_view other : words) {
        if (stemmer->stem(one) != stemmer->stem(other)) continue;
        INFO(language << ": " << one << ", " << other);
        CHECK(other.starts_with(stemmer->common_prefix(one)));
      }
    }
  }
  CHECK(Stemmer::of_language("en")->stem("dying") == Stemmer::of_language("en")->stem("die"));
  CHECK(Stemmer::of_language("ga")->stem("bhad") == Stemmer::of_language("ga")->stem("bad"));
}

TEST_CASE("what is no operator is text") {
  CHECK(shown("http://a.b/c note:abc") == "'http a b c' & 'note abc'");
  CHECK(shown("from: in:nowhere has:link type:foo before:soon on:2024-02-30") ==
        "'from' & 'in nowhere' & 'has link' & 'type foo' & 'before soon' & 'on 2024 02 30'");
  CHECK(shown("\"unbalanced quote") == "'unbalanced' & 'quote'");
  CHECK(shown("a \"b") == "'a' & 'b'");
  CHECK(shown("OR a OR") == "'or' & 'a'");
  CHECK(shown("a OR OR b") == "'a'|'or' & 'b'");
  CHECK(shown("--verbose - ! \"\" \"!\" -! ()").starts_with("'verbose'"));
  CHECK(shown("--verbose - ! \"\" \"!\" -! ()") == "'verbose'");
  for (const char* empty : {"", " ", "-", "\"", "\"\"", "***", "-\"\"", "OR", ":"}) {
    INFO(empty);
    CHECK((shown(empty).empty() || std::string(empty) == "OR"));
  }
  CHECK(shown("a AND b NOT c NEAR(d) {text}:e") == "'a' & 'and' & 'b' & 'not' & 'c' & 'near d' & 'text e'");
}

TEST_CASE("a long phrase is cut into pieces") {
  std::string text = "\"";
  for (int i = 0; i < 130; ++i) text += "w" + std::to_string(i) + " ";
  Query query = parse_query(text + "\"");
  REQUIRE(query.clauses.size() == 3);
  CHECK(query.clauses[0][0].phrase.words.size() == 64);
  CHECK(query.clauses[2][0].phrase.words.size() == 2);
}

TEST_CASE("equal terms are one, and too many are told") {
  CHECK(shown("a b A -a a OR b b OR a a OR a a*") == "'a' & 'b' & -'a' & 'a'|'b' & 'b'|'a' & 'a'*=");
  std::string text = "lang:en from:ann";
  for (std::size_t i = 2; i < kTermsMax; ++i) text += " word";
  CHECK_FALSE(parse_query(text).is_too_long);
  for (const char* more : {" word", " -word", " lang:de", " \"a b\""}) {
    INFO(more);
    CHECK(parse_query(text + more).is_too_long);
  }
}

std::string from_to(const std::string& text) {
  auto period = parse_period(text);
  return period ? base::time_text({period->from}) + ".." + base::time_text({period->to}) : "none";
}

TEST_CASE("a period is a year, a month, a day or an instant") {
  CHECK(from_to("2024") == "2024-01-01T00:00:00.000Z..2025-01-01T00:00:00.000Z");
  CHECK(from_to("2024-12") == "2024-12-01T00:00:00.000Z..2025-01-01T00:00:00.000Z");
  CHECK(from_to("2024-02-29") == "2024-02-29T00:00:00.000Z..2024-03-01T00:00:00.000Z");
  CHECK(from_to("2024-05-01T10:00:00+02:00") == "2024-05-01T08:00:00.000Z..2024-05-01T08:00:00.001Z");
  for (const char* none : {"2023-02-29", "24", "2024-13", "2024-1-1", "-024", "2024-05-01T", "abcd", "20240501"}) {
    CHECK(from_to(none) == "none");
  }
}

}  // namespace
}  // namespace hansard::search
