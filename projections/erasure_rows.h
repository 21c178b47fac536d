// The rows of erasures and legal holds. The rules of rows.h hold here too. The reasons stay in the events.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "projections/queries.h"

namespace hansard::projections {

// `view.id` is in the key.
struct ErasureRow {
  ErasureView view;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

// `view.id` is in the key.
struct HoldRow {
  HoldView view;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct CounterRow {
  std::uint64_t count = 0;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

}  // namespace hansard::projections
