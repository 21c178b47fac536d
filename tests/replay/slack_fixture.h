// A small Slack export, written into a temporary folder: three people and an app, a channel with a thread, edits,
// reactions, files and comings and goings, a renamed private channel, a direct and a group conversation.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/temp_folder.h"

namespace hansard::replay {

inline void write_in(const support::TempFolder& folder, const std::string& name, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(folder.path(name)).parent_path());
  folder.write(name, text);
}

inline void write_slack_export(const support::TempFolder& folder) {
  write_in(folder, "users.json", R"([
    {"id":"U1","name":"ann","real_name":"Ann Example","profile":{"display_name":"Ann","email":"ann@example.com",
     "image_192":"https://example.com/ann.png","title":"Speaker"}},
    {"id":"U2","name":"bob","real_name":"Bob Example","profile":{"display_name":""}},
    {"id":"U3","name":"cy","deleted":true,"profile":{"display_name":"cy"}},
    {"name":"nobody"}])");
  write_in(folder, "channels.json", R"([
    {"id":"C1","name":"general","creator":"U1","members":["U1","U2"],
     "topic":{"value":"All &amp; sundry, <https://example.com/a|the page>"},
     "pins":[{"id":"1"}]},
    {"id":"../../etc","name":"escape"}])");
  write_in(folder, "groups.json", R"([{"id":"G1","name":"../../secret","creator":"U2","members":["U2"],
                                      "is_archived":true}])");
  write_in(folder, "dms.json", R"([{"id":"D1","members":["U1","U2"]}])");
  write_in(folder, "mpims.json", R"([{"id":"M1","name":"mpdm-ann--bob--cy-1","creator":"U1",
                                     "members":["U1","U2","U3"]}])");
  write_in(folder, "general/2024-03-05.json", R"([
    {"type":"message","user":"U2","text":"hello <@U1>, see <#C1|general> &amp; <https://example.com/a|the page>",
     "ts":"1709640002.000200","thread_ts":"1709640002.000200","reply_count":2,
     "reactions":[{"name":"+1","users":["U1","U3"],"count":2},{"name":"parrot","users":["U1"]}]},
    {"type":"message","subtype":"channel_join","user":"U2","text":"<@U2> has joined the channel",
     "ts":"1709640001.000100"},
    {"type":"message","user":"U1","text":"a reply","ts":"1709640003.000000","thread_ts":"1709640002.000200",
     "edited":{"user":"U1","ts":"1709640009.000000"}},
    {"type":"message","user":"U3","text":"<!here> look","ts":"1709640004.000000",
     "files":[{"id":"F1","name":"plan.pdf","permalink":"https://example.slack.com/files/F1"}]}])");
  write_in(folder, "general/2024-03-06.json", R"([
    {"type":"message","subtype":"channel_leave","user":"U3","text":"<@U3> has left the channel",
     "ts":"1709726400.000000"},
    {"type":"message","subtype":"bot_message","bot_id":"B1","username":"ci","text":"","ts":"1709726401.000000",
     "attachments":[{"fallback":"build passed"}]},
    {"type":"message","subtype":"channel_name","user":"U1","text":"renamed","ts":"1709726402.000000"},
    {"type":"message","subtype":"tombstone","user":"U1","text":"gone","ts":"1709726403.000000"},
    {"type":"message","user":"U9","text":"from elsewhere","ts":"1709726404.000000",
     "thread_ts":"1600000000.000000"}])");
  write_in(folder, "D1/2024-03-05.json", R"([{"type":"message","user":"U1","text":"psst","ts":"1709640005.000000"}])");
  write_in(folder, "mpdm-ann--bob--cy-1/2024-03-05.json",
           R"([{"type":"message","user":"U3","text":"us three","ts":"1709640006.000000"}])");
}

}  // namespace hansard::replay
