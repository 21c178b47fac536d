#include "engine/base/stop_process.h"

#include <cstdio>
#include <cstdlib>

namespace hansard::base {

void stop_process(const StorageFailure& failure) {
  std::string line = "hansard stops: ";
  line.append(failure.what).append(" (").append(failure.where).append("): ");
  line.append(failure.reason).append("; ").append(failure.next).append("\n");
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
  std::abort();
}

}  // namespace hansard::base
