// The released FlatBuffers schemas (schemas/released/), built into the program: an export carries them, so that it can
// be read without this repository. The source of this function is generated in the build tree (schemas/CMakeLists.txt).
#pragma once

#include <span>
#include <string_view>

namespace hansard::segments {

struct ReleasedSchema {
  std::string_view name;  // "v1/facts.fbs"
  std::string_view text;
};

std::span<const ReleasedSchema> released_schemas();

}  // namespace hansard::segments
