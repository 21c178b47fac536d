// The part of `hansard-replay import` that reads the exports of other systems (workspace_import.h): opens them, plays
// them, tells what came over and what could not.
//
// Thread: main.
#pragma once

#include <string>

#include "replay/server_options.h"

namespace hansard::replay {

struct WorkspaceCommandOptions {
  ServerOptions server;
  std::string path;
  std::string user_ids = "name";  // of Slack: name, id or email
  bool dry_run = false;
};

enum class WorkspaceFormat { slack, mattermost };

// The exit status: 0, or 1 when something was refused or the server is away.
int run_workspace_import(const WorkspaceCommandOptions& given, WorkspaceFormat format);

}  // namespace hansard::replay
