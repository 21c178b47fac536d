#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace hansard::base {

void check_failed(const char* file, int line, const char* condition, const std::string& values) {
  std::fprintf(stderr, "CHECK failed at %s:%d: %s%s%s\n", file, line, condition, values.empty() ? "" : " with",
               values.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace hansard::base
