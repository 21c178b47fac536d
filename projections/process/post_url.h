// Where the server itself sends requests to, as an operator wrote it.
#pragma once

#include <optional>
#include <string_view>

namespace hansard::process {

struct PostUrl {
  bool is_https = false;     // http else
  bool is_loopback = false;  // the host is this machine
};

// Visible ASCII, http or https, and a host without user and password, so that what libcurl is given has one reading.
// Nothing where it is another.
std::optional<PostUrl> post_url_of(std::string_view url);

}  // namespace hansard::process
