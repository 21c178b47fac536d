// The machine-readable contract: schemas/openapi.yaml and schemas/asyncapi.yaml as JSON text. The source of these
// functions is generated in the build tree (schemas/CMakeLists.txt).
#pragma once

#include <string_view>

namespace hansard::api {

std::string_view openapi_json();
std::string_view asyncapi_json();

}  // namespace hansard::api
