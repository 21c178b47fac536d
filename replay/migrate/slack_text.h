// Slack's marked-up text (https://api.slack.com/reference/surfaces/formatting) as plain text: <@U..>, <#C..>, <!here>,
// links and the three escapes become what a reader saw; mentions of people keep their place in it.
//
// Thread: any; plain functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/migrate/workspace.h"

namespace hansard::migrate {

// What ids stand for.
struct SlackNames {
  std::function<std::string(const std::string& id)> user_id;    // Hansard's
  std::function<std::string(const std::string& id)> user_name;  // shown
  std::function<std::string(const std::string& id)> channel_name;
};

struct PlainText {
  std::string text;
  std::vector<Mention> mentions;
  std::uint64_t broadcasts = 0;  // @here, @channel, @everyone: text only
};

PlainText plain_text(std::string_view marked_up, const SlackNames& names);

}  // namespace hansard::migrate
