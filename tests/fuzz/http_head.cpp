// A request's head as it arrives: where it ends, whether it may pass, and what its path and conditions say.
#include <string>

#include "api/params.h"
#include "api/request_check.h"
#include "api/request_grammar.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;

namespace {

// Whatever the pieces it came in, a head ends at one place.
api::HeadEnd end_in_pieces(std::string_view bytes, std::size_t piece) {
  api::HeadEnd end;
  for (std::size_t size = 0, scanned = 0; end.state == api::HeadEnd::State::incomplete && scanned < bytes.size();) {
    size = std::min(bytes.size(), size + piece);
    end = api::find_head_end(bytes.substr(0, size), scanned);
    scanned = size;
  }
  return end;
}

void check_passed(const api::CheckedRequest& checked, const api::Limits& limits) {
  const auto& request = checked.request;
  must(!request.path.empty() && request.path.size() + request.query.size() <= limits.http_target_bytes_max,
       "a target within its limit passes");
  must(request.headers.size() <= limits.http_header_fields_max, "no more fields than the limit pass");
  for (const auto& [name, value] : request.headers) {
    must(api::is_token(name) && name == api::lower(name), "a field's name is a token in lower case");
    must(value == api::trim(value), "a field's value has no outer blanks");
    for (const char c : value) must(api::is_value_char(c), "a field's value has no control character");
  }
  if (checked.wants_websocket) (void)api::check_upgrade(checked);
  (void)api::path_segments(request.path);
  (void)api::Params::parse(request.query);
  (void)api::if_match_of(request);
}

// One empty line before a request is nothing: it neither opens nor hides what stands behind it.
void check_empty_line(std::string_view bytes, std::size_t head_bytes, bool passed, const api::Limits& limits) {
  const auto later = std::string(api::kEmptyLine).append(bytes);
  const auto end = api::find_head_end(later, 0);
  must(end.state == api::HeadEnd::State::complete && end.size == head_bytes + api::kEmptyLine.size(),
       "an empty line before a head moves its end by itself");
  const bool passes = api::check_request(std::string_view(later).substr(0, end.size), limits).has_value();
  must(passes == passed, "an empty line before a head opens and hides nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const api::Limits limits;
  const auto bytes = fuzz::text_of(data + 1, size - 1);
  const auto whole = api::find_head_end(bytes, 0);
  const auto pieces = end_in_pieces(bytes, 1u + data[0] % 16u);
  must(whole.state == pieces.state || whole.state == api::HeadEnd::State::bad, "pieces change nothing");
  if (whole.state == api::HeadEnd::State::complete) must(whole.size == pieces.size, "a head ends at one place");
  if (whole.state != api::HeadEnd::State::complete) return 0;
  const auto checked = api::check_request(bytes.substr(0, whole.size), limits);
  if (checked)
    check_passed(checked.value(), limits);
  else
    must(checked.error().status >= 400 && checked.error().status < 600, "a refusal has its status");
  const bool has_room = whole.size + api::kEmptyLine.size() <= limits.http_header_bytes_max;
  if (has_room && !bytes.starts_with(api::kEmptyLine)) check_empty_line(bytes, whole.size, checked.has_value(), limits);
  return 0;
}
