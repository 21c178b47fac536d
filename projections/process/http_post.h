// One HTTP POST after another to one receiver; http_post.cpp is the only includer of libcurl. Certificates and host
// names are verified, redirects are not followed, the connection is kept for the next request.
//
// Thread: send from one; cancel from any.
// Limits: a time for the whole request; of an answer's body at most kAnswerBytesMax are read and none is kept.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hansard::process {

inline constexpr std::size_t kAnswerBytesMax = 64u << 10;

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  std::uint32_t timeout_ms = 10'000;
  bool is_loopback = false;  // never through a proxy of the environment
  std::string ca_file;       // "" for the system's certificates
};

struct HttpReply {
  int status = 0;       // 0: there was no answer
  std::string trouble;  // why; one sentence, without the URL
  std::optional<std::chrono::seconds> retry_after{};
};

class HttpPost {
 public:
  static std::unique_ptr<HttpPost> make();
  virtual ~HttpPost() = default;
  virtual HttpReply send(const HttpRequest& request) = 0;
  // Ends the request under way and every later one at once, without an answer.
  virtual void cancel() = 0;
};

}  // namespace hansard::process
