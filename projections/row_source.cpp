#include "projections/row_source.h"

#include "engine/base/check.h"

namespace hansard::projections {

bool RowSource::has(std::string_view key) const {
  std::string scratch;
  return get(key, scratch).has_value();
}

void RowSource::damaged(std::string_view key) const {
  mark_damaged();
  base::check_failed(__FILE__, __LINE__, "a row decodes", " in table " + std::string(key.substr(0, 1)));
}

}  // namespace hansard::projections
