// The guard in front of every request: the raw bytes of a head (RFC 9112), read by ourselves up to the empty line, to
// a Request or the one status that refuses it. What two parsers could read in two ways is refused, not repaired:
// nothing behind this line ever sees an ambiguous message.
//
// Thread: any; plain functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http_types.h"
#include "api/limits.h"
#include "api/problem.h"

namespace hansard::api {

// One may stand before a request, as some clients end a body with it (RFC 9112 section 2.2); it is part of the head.
inline constexpr std::string_view kEmptyLine = "\r\n";

// Where the head ends in what has arrived so far. `bad` as soon as a line does not end in CRLF, so that a bare LF is
// refused without waiting for more.
struct HeadEnd {
  enum class State { incomplete, complete, bad } state = State::incomplete;
  std::size_t size = 0;  // complete: with the empty line
};
// `scanned`: bytes already looked at by an earlier call; a hint that only saves work.
HeadEnd find_head_end(std::string_view bytes, std::size_t scanned);

struct CheckedRequest {
  Request request;  // without body, request_id and peer; names in lower case, values without outer blanks
  std::size_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
  bool streams_body = false;     // of a route that reads its body itself, up to limits.file_bytes_max
  bool wants_websocket = false;  // Upgrade: websocket with Connection: upgrade; still to be checked (check_upgrade)
};

// Whether the route of a method and a raw path streams its body (streams_body in router.h).
using StreamsBody = bool (*)(std::string_view method, std::string_view path);

// `head` is complete (find_head_end). Without `streams_body` no route does. Refusals, after each of which the
// connection closes: 400 ambiguous or malformed, 411 any Transfer-Encoding, 413, 414, 415 any Content-Encoding, 417,
// 431, 505. Unknown methods are the router's.
Answered<CheckedRequest> check_request(std::string_view head, const Limits& limits, StreamsBody streams_body = nullptr);

// RFC 6455 section 4.2.1 for a request that wants a WebSocket: GET without a body, HTTP/1.1 (check_request saw to it),
// version 13 (else 426), and a key that is the canonical base64 of 16 bytes (else 400).
Answered<void> check_upgrade(const CheckedRequest& checked);

// A host with an optional port as in Host and the authority of Origin (RFC 3986 section 3.2.2), not empty.
bool is_host(std::string_view text);

}  // namespace hansard::api
