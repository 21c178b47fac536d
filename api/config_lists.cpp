#include "api/config_lists.h"

#include "api/file_headers.h"
#include "api/origin.h"

namespace hansard::api {

namespace {
base::Error wrong(const std::string& setting, const std::string& entry, const std::string& why) {
  return base::error(base::ErrorCode::malformed, setting + ": '" + entry + "' is " + why);
}
}  // namespace

base::Result<void> check_lists(const Limits& limits) {
  for (const auto& origin : limits.origins) {
    if (is_origin(origin)) continue;
    return wrong("limits.origins", origin,
                 "no origin as browsers send it: scheme://host[:port], without a path and without the scheme's own "
                 "port, as https://chat.example.com");
  }
  for (const auto& type : limits.file_types) {
    if (is_type_pattern(type)) continue;
    return wrong("limits.file_types", type, "no media type in small letters, as application/pdf or image/*");
  }
  return base::success();
}

}  // namespace hansard::api
