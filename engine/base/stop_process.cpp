#include "engine/base/stop_process.h"

#include <cstdio>
#include <cstdlib>
#include <optional>

namespace hansard::base {

namespace {
std::optional<int> tool_status;
}

void stop_with_status(int status) { tool_status = status; }

void stop_process(const StorageFailure& failure) {
  std::string line = "hansard stops: ";
  line.append(failure.what).append(" (").append(failure.where).append("): ");
  line.append(failure.reason).append("; ").append(failure.next).append("\n");
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
  if (tool_status) std::quick_exit(*tool_status);
  std::abort();
}

}  // namespace hansard::base
