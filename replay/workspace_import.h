// `hansard-replay import --format slack|mattermost`: plays what another chat system exported through the public API, as
// a trusted back end would (service scope, act_as, origin_time, quiet). Conversations side by side, each in the order
// of time; in the end its members are those of the export, and everybody has read everything.
//
// Safe to run again, also after an interruption, also with a newer export: every message has an id made from its key in
// the export, every conversation that key as its external id, and comings, goings and reactions have idempotency keys.
// What the newer export says in another way is changed, what people here have done since stays (docs/OPERATIONS.md, "A
// newer export").
//
// Thread: one; `connections` more inside. Memory: what migrate::Workspace needs, and the keys of the posts of the
// conversations under way.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "replay/client.h"
#include "replay/migrate/workspace.h"

namespace hansard::replay {

struct WorkspaceImportOptions {
  std::optional<Endpoint> endpoint;  // nothing: a dry run, which asks no server and counts what it would
  std::string token;
  unsigned connections = 16;
  std::chrono::seconds patience{120};
  bool quiet = false;  // no progress
};

struct WorkspaceReport {
  std::uint64_t people = 0, conversations = 0, messages = 0, notices = 0, replies = 0, mentions = 0, reactions = 0;
  // What is read and not imported is in `losses` or `refused`, each by its reason. Imported is what is there now, also
  // since a former import. A long post is several messages.
  std::uint64_t posts_read = 0, posts_imported = 0, reactions_read = 0;
  std::uint64_t edits = 0;  // of messages and conversations that a former import made
  std::uint64_t joins = 0, removals = 0, requests = 0, repeats = 0;
  std::map<std::string, std::uint64_t> losses;  // what could not be carried over, by sentence
  std::vector<std::string> refused;             // the first hundred: key and what the server said
  std::uint64_t refused_total = 0;
  double seconds = 0;
};

// Errors: io: the server is away, or the export cannot be read; refused: the token does not do; malformed: the export.
base::Result<WorkspaceReport> import_workspace(const migrate::Workspace& workspace, migrate::Losses& losses,
                                               const WorkspaceImportOptions& options);

}  // namespace hansard::replay
