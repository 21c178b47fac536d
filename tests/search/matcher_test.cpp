// What comparing a query with one message may cost, and that it says the same whatever it costs.
#include "projections/search/matcher.h"

#include <catch2/catch.hpp>

#include "projections/search/query_plan.h"

namespace hansard::search {
namespace {

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

struct Compared {
  bool matches = false;
  std::size_t steps = 0, highlights = 0;
};

Compared compare(const std::string& text, const std::string& content) {
  const Query query = parse_query(text);
  Document document;
  tokenize(content, document.tokens);
  document.tags = {"uann"};
  Matcher matcher(query, document);
  Compared compared;
  compared.matches = matcher.matches();
  compared.highlights = matcher.highlights().size();
  compared.steps = matcher.steps();
  return compared;
}

// "a a zz", "a a a zz" and so on, each with a sign before it.
std::string phrases(const std::string& sign, std::size_t count) {
  std::string text;
  for (std::size_t i = 2; i < count + 2; ++i) text += sign + "\"" + repeated("a ", i) + "zz\" ";
  return text;
}

TEST_CASE("all that a comparison does is within one budget") {
  const std::string content = repeated("a ", 5'000);
  const std::string words = " lang:english from:ann " + repeated("-a-a-a-b ", 1);
  for (const std::string& text : {phrases("", 60) + "OR a", "from:ann " + phrases("-", 60), phrases("", 2) + words}) {
    INFO(text);
    CHECK(compare(text, content).steps < kStepsMax + 10'000);
  }
}

TEST_CASE("words of a language cost each message once, not once for each term") {
  std::string content, text = "lang:english from:ann";
  for (char c = 'a'; c <= 'z'; ++c) content += repeated(std::string(2, c) + " ", 100);
  const auto one = compare(text + " -walking", content);
  for (int i = 0; i < 60; ++i) text += " -word" + std::to_string(i);
  const auto many = compare(text, content);
  CHECK(one.matches);
  CHECK(many.matches);
  CHECK(many.steps < one.steps + 60 * 20);
}

TEST_CASE("stems are found in words and in phrases of words") {
  CHECK(compare("lang:english running", "he runs and ran").matches);
  CHECK(compare("lang:english running", "he runs and runs").highlights == 2);
  CHECK(compare("lang:english walking-dogs", "who walks the dog, walks dogs").highlights == 1);
  CHECK_FALSE(compare("lang:english \"running\"", "he runs").matches);
  CHECK_FALSE(compare("lang:english runn*", "he runs").matches);
}

TEST_CASE("of phrases of many words the index is asked for the words") {
  const Catalog catalog(kShelfBits);
  const auto plan_of = [&](const std::string& text) { return plan_query(parse_query(text), catalog, {}); };
  const QueryPlan few = plan_of("\"a b c\" \"d e\"*");
  CHECK_FALSE(few.needs_matcher);
  CHECK(few.ranked.size() == 2);
  const QueryPlan many = plan_of("\"a b c\" \"" + repeated("d ", 20) + "e\"");
  CHECK(many.needs_matcher);
  CHECK(many.ranked.size() == 3);  // the first phrase, and each other word once
  const QueryPlan negated = plan_of("a -\"" + repeated("d ", 20) + "e\"");
  CHECK(negated.needs_matcher);
  CHECK(negated.expression.find("NOT") == std::string::npos);
}

}  // namespace
}  // namespace hansard::search
