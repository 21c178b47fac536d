// What a request line and its headers ask for besides the body: path segments, query parameters, conditions. Strict:
// a percent sign without two hexadecimal digits, a parameter given twice or bytes that are not UTF-8 are malformed.
//
// Thread: any; values own their text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http_types.h"
#include "api/limits.h"
#include "api/position_text.h"
#include "api/problem.h"
#include "engine/base/ids.h"

namespace hansard::api {

// RFC 3986 section 2.1; nothing where it is malformed or not UTF-8. `plus_is_space`: of a query (WHATWG URL, 5.1).
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space = false);
// "/a/b%2Fc" gives "a", "b/c". Nothing where the path does not begin with "/" or a segment is malformed.
std::optional<std::vector<std::string>> path_segments(std::string_view path);

class Params {
 public:
  static Answered<Params> parse(std::string_view query);
  std::optional<std::string_view> get(std::string_view name) const;
  bool is_empty() const { return values_.empty(); }
  bool has(std::string_view name) const { return get(name).has_value(); }
  // `malformed` for a parameter that is none of `known`, names with spaces between them, in a sentence with the one
  // that was probably meant, or with all of them.
  Answered<void> only(std::string_view known) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

// limit=: 1 to limits.page_max, limits.page_default when absent.
Answered<std::size_t> page_limit(const Params& params, const Limits& limits);
// true, false, 1 or 0.
Answered<std::optional<bool>> flag_param(const Params& params, std::string_view name);
std::optional<std::uint64_t> parse_number(std::string_view digits);
// Why a position of another epoch than `epoch`, the log's, is refused; or one that has none, a plain number.
Problem foreign_position(std::string_view name, const WirePosition& given, std::uint32_t epoch);

// If-Match (RFC 9110 section 13.1.1) with one strong tag. "*" is no condition: what is not there is 404 anyway. A tag
// that this server never gave is a version that never matches, a list of tags is malformed.
Answered<std::optional<base::Version>> if_match_of(const Request& request);

}  // namespace hansard::api
