// Any string is a query, and any text is a message: neither may take long, and what is marked stands inside the text.
#include "engine/base/utf8.h"
#include "projections/search/matcher.h"
#include "projections/search/query.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;

// The first byte says where the query ends and the message begins.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 8'192) return 0;
  const auto bytes = fuzz::text_of(data + 1, size - 1);
  const auto cut = bytes.size() * data[0] / 255;
  const auto asked = bytes.substr(0, cut), said = bytes.substr(cut);
  if (!base::is_valid_utf8(asked) || !base::is_valid_utf8(said)) return 0;
  const auto query = search::parse_query(asked);
  for (const auto& clause : query.clauses) must(!clause.empty(), "no clause is empty");
  domain::MessageFacts facts;
  domain::MessageContent content;
  content.text = said;
  const auto document = search::document_of(facts, content);
  search::Matcher matcher(query, document);
  (void)matcher.matches();
  const auto highlights = matcher.highlights();
  must(highlights.size() <= search::kHighlightsMax, "no more highlights than the limit");
  std::uint64_t end = 0;
  for (const auto& mark : highlights) {
    must(mark.offset >= end && mark.length > 0, "highlights stand in order and do not overlap");
    end = std::uint64_t{mark.offset} + mark.length;
  }
  must(end <= base::count_code_points(said), "highlights stand inside the text");
  return 0;
}
