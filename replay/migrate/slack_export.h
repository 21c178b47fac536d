// A Slack workspace export, unpacked: users.json, channels.json, groups.json, dms.json, mpims.json, and a folder for
// each channel with a file for each day (https://slack.com/help/articles/220556107). What Slack keeps and the export
// does not hold - the bytes of files, former texts of edited messages, who has read what - is noted as a loss.
//
// Thread: as Workspace. Memory: the people and channels, and one day of one channel for each reader.
// Limits: kFileBytesMax for each file, JSON 64 deep.
#pragma once

#include <memory>
#include <string>

#include "replay/migrate/workspace.h"

namespace hansard::migrate {

// What Hansard calls a user of Slack.
enum class SlackUserId { name, id, email };

inline constexpr std::uint64_t kFileBytesMax = 256u << 20;

// Errors: not_found: it is no such folder; malformed, naming the file.
base::Result<std::unique_ptr<Workspace>> open_slack_export(const std::string& folder, SlackUserId user_id,
                                                           Losses& losses);

}  // namespace hansard::migrate
