// What the header fields of an upload and a download say: media type, file name, range. What a peer says of a file is
// hostile until it has been here: a name has no path, no control characters and no direction overrides, a media type is
// nothing but a type and its parameters.
//
// Thread: any; plain functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "api/http_types.h"
#include "api/problem.h"

namespace hansard::api {

inline constexpr std::size_t kFileNameBytesMax = 255;
inline constexpr std::size_t kMediaTypeBytesMax = 255;

// Content-Type (RFC 9110 section 8.3.1): type and subtype in lower case, parameters as they came. Absent:
// application/octet-stream. 415 for what is no media type.
Answered<std::string> media_type_of(const Request& request);
// "image/png", "image/*" or "*/*", in lower case and without parameters: what a media type can be held against.
bool is_type_pattern(std::string_view text);
// `allowed`: such patterns; an empty list allows all. Parameters of the type do not count.
bool is_type_allowed(std::string_view media_type, std::span<const std::string> allowed);

// The name in Content-Disposition (RFC 6266), `filename*` before `filename`, cleaned; "file" where there is none or
// nothing is left. 400 for a field that is malformed or not UTF-8.
Answered<std::string> file_name_of(const Request& request);
// `name` made harmless: the part behind the last slash or backslash, no control or direction characters, no blanks and
// dots around it, at most kFileNameBytesMax bytes with its extension kept. `name` is valid UTF-8.
std::string clean_file_name(std::string_view name);
// attachment; with the name as a quoted string, and once more extended (RFC 8187) where ASCII cannot say it.
std::string disposition_of(std::string_view name);

// What of a file is to be sent.
struct WholeFile {};
struct FileRange {  // inside the file, not empty
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};
struct NoSuchRange {};  // 416
// Range and If-Range (RFC 9110 sections 14.2 and 13.1.5). One range of bytes; more than one, other units, what is
// malformed, and a range whose If-Range is not `etag` mean the whole file.
std::variant<WholeFile, FileRange, NoSuchRange> range_of(const Request& request, std::uint64_t size,
                                                         std::string_view etag);

}  // namespace hansard::api
