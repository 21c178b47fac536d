// A message of a Slack export as a post, or nothing where it says nothing. For slack_export.cpp.
//
// Thread: any.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "engine/base/json.h"
#include "replay/migrate/slack_files.h"
#include "replay/migrate/slack_text.h"

namespace hansard::migrate {

// What every message is read with; outlives nothing but itself.
struct SlackDirectory {
  struct Known {
    std::string user;   // Hansard's id
    std::string shown;  // in texts
  };
  std::unordered_map<std::string, Known> users;           // by Slack's id
  std::unordered_map<std::string, std::string> channels;  // id -> name

  std::string user_id(const std::string& id) const;
  std::string user_name(const std::string& id) const;
  std::string channel_name(const std::string& id) const;
  SlackNames names() const;
};

// "slack:C024BE91L:1355517523.000005"
std::string slack_key(const std::string& channel, std::string_view time);

// What ends an import, in words: a member that has another type than its own. "" for nothing.
std::string slack_problem(const base::JsonValue& message);
std::string slack_user_problem(const base::JsonValue& user);
std::string slack_channel_problem(const base::JsonValue& channel);

std::optional<Post> slack_post(const base::JsonValue& message, const std::string& channel,
                               const SlackDirectory& directory, Losses& losses);

}  // namespace hansard::migrate
