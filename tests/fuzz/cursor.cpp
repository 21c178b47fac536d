// Cursors: whatever decodes is what was encoded, byte by byte, so no cursor has two spellings.
#include "api/cursor.h"

#include "engine/base/position_text.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const char* one_spelling = "a cursor has one spelling";
  if (auto cursor = api::decode_history_cursor(text)) must(api::encode_cursor(*cursor) == text, one_spelling);
  if (auto cursor = api::decode_version_cursor(text)) must(api::encode_cursor(*cursor) == text, one_spelling);
  for (std::uint32_t question : {0u, 7u}) {
    if (auto cursor = api::decode_list_cursor(text, question))
      must(api::encode_cursor(*cursor, question) == text, one_spelling);
  }
  if (auto cursor = api::decode_scheduled_cursor(text)) must(api::encode_cursor(*cursor) == text, one_spelling);
  if (auto cursor = api::decode_user_cursor(text)) must(api::encode_cursor(*cursor) == text, one_spelling);
  if (auto cursor = api::decode_search_cursor(text, 7)) must(api::encode_cursor(*cursor, 7) == text, one_spelling);
  if (auto at = base::parse_position(text)) {
    const auto again = base::parse_position(base::position_text(at->epoch, at->position));
    must(again && again->epoch == at->epoch && again->position == at->position,
         "a position is one however it is written");
  }
  return 0;
}
