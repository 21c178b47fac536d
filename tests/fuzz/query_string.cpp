// Paths and query strings: percent signs, plus signs, what is no UTF-8; and the values routes ask for.
#include "api/params.h"
#include "engine/base/ids.h"
#include "engine/base/utf8.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const api::Limits limits;
  for (const bool plus_is_space : {false, true}) {
    if (auto decoded = api::percent_decoded(text, plus_is_space)) {
      must(decoded->size() <= text.size(), "decoding makes nothing longer");
      must(base::is_valid_utf8(*decoded), "what was decoded is UTF-8");
    }
  }
  if (auto segments = api::path_segments(text))
    must(segments->size() <= text.size() + 1, "no more segments than bytes");
  auto params = api::Params::parse(text);
  if (!params) return 0;
  auto limit = api::page_limit(params.value(), limits);
  if (limit) must(limit.value() >= 1 && limit.value() <= limits.page_max, "a page has 1 to page_max items");
  (void)api::flag_param(params.value(), "quiet");
  for (const char* name : {"q", "cursor", "id", "as_of"}) {
    const auto value = params.value().get(name);
    if (!value) continue;
    must(base::is_valid_utf8(*value), "a parameter is UTF-8");
    (void)base::parse_time(*value);
    (void)base::parse_user_id(*value);
    (void)base::parse_id<base::MessageId>(*value);
    (void)api::parse_number(*value);
  }
  return 0;
}
