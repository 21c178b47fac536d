#include "projections/process/post_url.h"

#include <algorithm>
#include <cstddef>

namespace hansard::process {

namespace {
constexpr std::size_t kUrlBytesMax = 2'048;

struct UrlParts {
  std::string_view scheme;
  std::string_view authority;
};

std::optional<UrlParts> parts_of(std::string_view url) {
  const auto visible = [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; };
  if (url.size() > kUrlBytesMax || !std::all_of(url.begin(), url.end(), visible)) return std::nullopt;
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const auto rest = url.substr(colon + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.empty() || authority.find('@') != std::string_view::npos) return std::nullopt;
  return UrlParts{url.substr(0, colon), authority};
}

bool is_loopback(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1) == "[::1]";
  const auto host = authority.substr(0, authority.find(':'));
  const auto numeric = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  return host == "localhost" || (host.starts_with("127.") && std::all_of(host.begin(), host.end(), numeric));
}
}  // namespace

std::optional<PostUrl> post_url_of(std::string_view url) {
  const auto parts = parts_of(url);
  if (!parts || (parts->scheme != "https" && parts->scheme != "http")) return std::nullopt;
  return PostUrl{parts->scheme == "https", is_loopback(parts->authority)};
}

}  // namespace hansard::process
