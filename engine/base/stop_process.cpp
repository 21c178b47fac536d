#include "engine/base/stop_process.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "engine/base/one_line.h"

namespace hansard::base {

namespace {
std::optional<int> tool_status;

// Whoever is the second to fail waits for the end that the first one brings.
void be_the_first() {
  static std::atomic_flag has_begun;
  while (has_begun.test_and_set()) ::pause();
}
}  // namespace

void stop_with_status(int status) { tool_status = status; }

void stop_process(const StorageFailure& failure) {
  be_the_first();
  std::string line = "hansard stops: ";
  line.append(failure.what).append(" (").append(failure.where).append("): ");
  line.append(on_one_line(failure.reason)).append("; ").append(failure.next).append("\n");
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
  if (tool_status) std::quick_exit(*tool_status);
  std::abort();
}

}  // namespace hansard::base
