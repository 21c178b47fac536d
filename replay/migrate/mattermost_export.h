// A Mattermost bulk export: one file of JSON lines, each a version, team, channel, user, post, direct channel or direct
// post (https://docs.mattermost.com/onboard/bulk-loading-data.html). Posts stand in no order, replies inside their
// roots: the file is read once for who and where, and once more, by place, for each post in the order of time.
//
// Thread: as Workspace. Memory: people, channels, and 24 bytes for each post and reply.
// Limits: kLineBytesMax for a line, JSON 64 deep.
#pragma once

#include <memory>
#include <string>

#include "replay/migrate/workspace.h"

namespace hansard::migrate {

inline constexpr std::uint64_t kLineBytesMax = 16u << 20;

// Errors: not_found, io; malformed, naming the line.
base::Result<std::unique_ptr<Workspace>> open_mattermost_export(const std::string& file, Losses& losses);

}  // namespace hansard::migrate
