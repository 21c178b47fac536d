"""Writes the C++ source of replay/segments/released_schemas.h: embed_released.py OUT ROOT FILE..."""
import pathlib
import sys

out, root, *files = sys.argv[1:]
lines = ['#include "replay/segments/released_schemas.h"', "", "namespace hansard::segments {", "",
         "std::span<const ReleasedSchema> released_schemas() {", "  static constexpr ReleasedSchema kSchemas[] = {"]
for file in sorted(files):
    name = pathlib.Path(file).relative_to(root).as_posix()
    lines.append(f'      {{"{name}", R"schema({pathlib.Path(file).read_text()})schema"}},')
lines += ["  };", "  return kSchemas;", "}", "", "}  // namespace hansard::segments", ""]
pathlib.Path(out).write_text("\n".join(lines))
