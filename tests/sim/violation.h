// What a check of the simulation throws: a law that was broken, in one sentence. It never crosses product code.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace hansard::sim {

struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class... Parts>
void require(bool holds, const Parts&... parts) {
  if (holds) return;
  std::ostringstream text;
  ((text << parts << ' '), ...);
  throw Violation(text.str());
}

}  // namespace hansard::sim
