#include "api/http_types.h"

#include "api/body_stream.h"

namespace hansard::api {

std::optional<std::string_view> Request::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return std::nullopt;
}

std::uint64_t Response::body_size() const { return stream ? stream->size() : body.size(); }
bool Response::is_endless() const { return stream && stream->is_endless(); }

}  // namespace hansard::api
