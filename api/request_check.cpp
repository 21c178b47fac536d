#include "api/request_check.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "api/request_grammar.h"

namespace hansard::api {

namespace {

Problem refuse(int status, std::string_view code, std::string detail) { return {status, code, std::move(detail)}; }

// Twice is ambiguous: which of them would the next hop believe?
constexpr std::array<std::string_view, 17> kOnlyOnce = {"authorization",
                                                        "content-disposition",
                                                        "content-encoding",
                                                        "content-length",
                                                        "content-type",
                                                        "expect",
                                                        "hansard-act-as",
                                                        "hansard-act-as*",
                                                        "host",
                                                        "idempotency-key",
                                                        "if-match",
                                                        "if-range",
                                                        "last-event-id",
                                                        "origin",
                                                        "range",
                                                        "sec-websocket-key",
                                                        "sec-websocket-version"};

struct RequestLine {
  std::string_view method, target;
  int minor = 1;
};

Answered<int> check_version(std::string_view version) {
  if (version == "HTTP/1.1") return 1;
  if (version == "HTTP/1.0") return 0;
  bool shaped = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
                is_digit(version[7]);
  if (shaped) return refuse(505, "http_version_not_supported", "Use HTTP/1.1.");
  return malformed("The request line does not end in an HTTP version.");
}

Answered<RequestLine> split_request_line(std::string_view line, const Limits& limits) {
  auto first = line.find(' ');
  auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return malformed("The request line has not three parts.");
  RequestLine parts{line.substr(0, first), line.substr(first + 1, last - first - 1)};
  if (!is_token(parts.method) || parts.method.size() > 32) return malformed("The method is not a token.");
  if (parts.target.size() > limits.http_target_bytes_max) return refuse(414, "uri_too_long", "The target is too long.");
  BOOST_OUTCOME_TRY(parts.minor, check_version(line.substr(last + 1)));
  return parts;
}

// Origin form, or the absolute form that servers must accept (RFC 9112 section 3.2.2), without its authority.
Answered<void> set_target(std::string_view target, Request& request) {
  if (!std::all_of(target.begin(), target.end(), is_target_char)) return malformed("The target has a bad character.");
  if (lower(target.substr(0, 7)) == "http://") {
    auto slash = target.find_first_of("/?", 7);
    if (!is_host(target.substr(7, slash - 7))) return malformed("The target's authority is malformed.");
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  if (!target.starts_with('/') && !(target == "*" && request.method == "OPTIONS"))
    return malformed("The target is not a path.");
  auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  return boost::outcome_v2::success();
}

Answered<void> add_field(std::string_view line, Request& request) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos) return malformed("A header field has no colon.");
  auto name = line.substr(0, colon);
  if (!is_token(name)) return malformed("A header field's name is not a token.");
  auto value = trim(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), is_value_char)) return malformed("A header field's value is malformed.");
  request.headers.emplace_back(lower(name), value);
  return boost::outcome_v2::success();
}

Answered<void> add_fields(std::string_view lines, const Limits& limits, Request& request) {
  while (!lines.empty()) {
    auto end = lines.find("\r\n");
    if (request.headers.size() >= limits.http_header_fields_max)
      return refuse(431, "header_too_large", "There are too many header fields.");
    BOOST_OUTCOME_TRY(add_field(lines.substr(0, end), request));
    lines.remove_prefix(end + 2);
  }
  return boost::outcome_v2::success();
}

Answered<void> check_repeats(const Request& request) {
  for (auto name : kOnlyOnce) {
    auto times = std::count_if(request.headers.begin(), request.headers.end(),
                               [name](const auto& field) { return field.first == name; });
    if (times > 1) return malformed("The header field " + std::string(name) + " is there twice.");
  }
  return boost::outcome_v2::success();
}

Answered<void> check_host(const Request& request, int minor) {
  auto host = request.header("host");
  if (!host && minor == 0) return boost::outcome_v2::success();
  if (!host) return malformed("The Host header field is missing.");
  if (!is_host(*host)) return malformed("The Host header field is malformed.");
  return boost::outcome_v2::success();
}

Answered<std::size_t> check_length(const Request& request, std::size_t bytes_max) {
  if (request.header("transfer-encoding"))
    return refuse(411, "length_required", "Send a Content-Length instead of a Transfer-Encoding.");
  auto text = request.header("content-length");
  if (!text) return 0;
  if (text->empty() || !std::all_of(text->begin(), text->end(), is_digit))
    return malformed("The Content-Length is not a number.");
  std::uint64_t length = 0;
  auto end = text->data() + text->size();
  bool fits = std::from_chars(text->data(), end, length).ec == std::errc{};
  if (!fits || length > bytes_max) return refuse(413, "too_large", "The body is larger than this server takes.");
  return static_cast<std::size_t>(length);
}

Answered<bool> check_expect(const Request& request, int minor) {
  auto expect = request.header("expect");
  if (!expect || minor == 0) return false;
  if (lower(*expect) != "100-continue") return refuse(417, "expectation_failed", "Only 100-continue can be expected.");
  return true;
}

Answered<void> check_encoding(const Request& request) {
  auto encoding = request.header("content-encoding");
  if (!encoding || lower(*encoding) == "identity") return boost::outcome_v2::success();
  return refuse(415, "unsupported_encoding", "Send the body without a Content-Encoding.");
}

}  // namespace

HeadEnd find_head_end(std::string_view bytes, std::size_t scanned) {
  // An empty line may straddle what was looked at before.
  std::size_t from = scanned < 4 ? 0 : scanned - 4;
  for (auto at = bytes.find('\n', from); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return {HeadEnd::State::bad, at};
    if (at >= 3 && bytes[at - 2] == '\n') return {HeadEnd::State::complete, at + 1};
  }
  return {};
}

Answered<CheckedRequest> check_request(std::string_view head, const Limits& limits, StreamsBody streams_body) {
  if (head.size() > limits.http_header_bytes_max) return refuse(431, "header_too_large", "The header is too large.");
  if (head.starts_with(kEmptyLine)) head.remove_prefix(kEmptyLine.size());
  head.remove_suffix(2);
  auto end = head.find("\r\n");
  BOOST_OUTCOME_TRY(auto line, split_request_line(head.substr(0, end), limits));
  CheckedRequest checked;
  auto& request = checked.request;
  request.method = line.method;
  BOOST_OUTCOME_TRY(set_target(line.target, request));
  BOOST_OUTCOME_TRY(add_fields(head.substr(end + 2), limits, request));
  BOOST_OUTCOME_TRY(check_repeats(request));
  BOOST_OUTCOME_TRY(check_host(request, line.minor));
  checked.streams_body = streams_body != nullptr && streams_body(request.method, request.path);
  auto bytes_max = checked.streams_body ? limits.file_bytes_max : limits.http_body_bytes_max;
  BOOST_OUTCOME_TRY(checked.content_length, check_length(request, bytes_max));
  BOOST_OUTCOME_TRY(check_encoding(request));
  BOOST_OUTCOME_TRY(checked.expects_continue, check_expect(request, line.minor));
  checked.keep_alive = line.minor == 1 && !has_list_word(request, "connection", "close");
  checked.wants_websocket = line.minor == 1 && has_list_word(request, "connection", "upgrade") &&
                            has_list_word(request, "upgrade", "websocket");
  return checked;
}

Answered<void> check_upgrade(const CheckedRequest& checked) {
  const auto& request = checked.request;
  if (request.method != "GET" || checked.content_length > 0)
    return malformed("A WebSocket is opened by a GET without a body.");
  auto version = request.header("sec-websocket-version");
  if (!version) return malformed("The Sec-WebSocket-Version header field is missing.");
  if (*version != "13") return refuse(426, "upgrade_required", "Only WebSocket version 13 is spoken here.");
  auto key = request.header("sec-websocket-key");
  if (!key || !is_websocket_key(*key)) return malformed("The Sec-WebSocket-Key is not the base64 of 16 bytes.");
  return boost::outcome_v2::success();
}

}  // namespace hansard::api
