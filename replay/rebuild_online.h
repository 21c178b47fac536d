// Drives the rebuild of a running server over its public API, with its progress, until it has ended.
//
// Thread: main.
#pragma once

#include <string>
#include <vector>

namespace hansard::replay {

struct OnlineRebuild {
  std::string url, token_file;
  std::vector<std::string> views;  // none: all, chat and audit from one read of the log
  bool compare_only = false, force = false, json = false, quiet = false;
};

// The exit status: 0 when every view is equal, swapped or not; 1 otherwise.
int rebuild_online(const OnlineRebuild& asked);

}  // namespace hansard::replay
