// A request and a response as handlers see them: no Beast in sight, so that only the sessions pay for its headers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/user_counts.h"
#include "engine/domain/commands.h"

namespace hansard::api {

class BodyReader;  // body_stream.h
class BodySource;

// Owned strings: a request outlives the buffers it came from.
struct Request {
  std::string method;                                        // GET, POST ...
  std::string path;                                          // percent-decoded per segment by the router, raw here
  std::string query;                                         // raw, without "?"
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  BodyReader* stream = nullptr;  // of a route that streams (streams_body in router.h): the body, still unread
  std::string request_id;
  std::string peer;      // address without port
  bool is_head = false;  // its method was HEAD: the answer's body is not written
  std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

// What is left of a caller's rate, as RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset say it
// (draft-ietf-httpapi-ratelimit-headers-06).
struct Quota {
  std::uint32_t limit = 0;      // requests of a full bucket
  std::uint32_t remaining = 0;  // requests that are left
  std::uint32_t reset_s = 0;    // until it is full again
  bool operator==(const Quota&) const = default;
};

// What is on record before a response is given, and whose read it is: audited_read.h.
struct AuditedRead {
  domain::Caller caller;
  domain::RecordAuditRead read;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<Quota> quota{};          // nothing where nobody is known, or no rate is limited
  std::string_view code{};               // of a problem, its stable word: a literal
  std::shared_ptr<BodySource> stream{};  // instead of `body`
  std::optional<AuditedRead> audited{};  // of a read by the scope `audit`
  UserCounts::Slot room{};               // for `body`, until it is written
  std::uint64_t body_size() const;       // Content-Length
  bool is_endless() const;               // goes on as long as it likes
};

}  // namespace hansard::api
