// Responses as bytes (RFC 9112 section 6): the head only, so that a large body is never copied.
//
// Thread: any; plain functions.
#pragma once

#include <string>
#include <string_view>

#include "api/http_types.h"
#include "engine/base/ids.h"

namespace hansard::api {

std::string_view reason_of(int status);
// IMF-fixdate (RFC 9110 section 5.6.7): Sat, 25 Dec 2004 09:14:00 GMT.
std::string http_date(base::Timestamp time);

// Appends status line and header fields with the empty line. `date` is http_date's text, "" for none. Control
// characters in values are left out: nothing a value carries can start a field. An endless body comes in chunks where
// the connection is kept, and ends with the connection where it is not (as HTTP/1.0 wants it).
void append_response_head(std::string& out, const Response& response, bool keep_alive, std::string_view date);
// A piece of a body as a chunk (RFC 9112 section 7.1); an empty one is the last.
void append_chunk(std::string& out, std::string_view piece);

}  // namespace hansard::api
