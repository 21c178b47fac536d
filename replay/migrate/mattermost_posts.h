// A post of a Mattermost export, or a reply to one, as a post of ours. For mattermost_export.cpp.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "engine/base/json.h"
#include "replay/migrate/workspace.h"

namespace hansard::migrate {

// The export has no ids of posts: a key is made of conversation, time, author, and a number among the posts that share
// all three, in the order of the file. Whoever edits a post leaves its key as it is.
//
// Thread: one. Memory: the authors of one millisecond.
class MattermostKeys {
 public:
  explicit MattermostKeys(std::string conversation) : conversation_(std::move(conversation)) {}
  // Of the next post or reply, in the order of time and, within a millisecond, of the file.
  std::string next(const base::JsonValue& post);

 private:
  const std::string conversation_;
  std::int64_t time_ = 0;
  std::unordered_map<std::string, std::uint64_t> counts_;  // by author
};

// Who is in the export, as it calls them.
struct MattermostNames {
  std::unordered_set<std::string> users, bots;
  // Hansard's: "bot:<name>" for a bot.
  std::string user_id(const std::string& name) const { return bots.contains(name) ? "bot:" + name : name; }
};

// Where a post stands.
struct MattermostPlace {
  std::string key;
  std::string reply_to;    // the key of the post it replies to, "" for a post that is none's reply
  bool is_direct = false;  // between two, whom no third can post to
};

inline constexpr char kMattermostFlags[] = "flags and favorites of users: not carried over";

// What ends an import, in words: a member of a line's content that has another type than its own. "" for nothing, and
// for lines of which nothing is read.
std::string mattermost_problem(const std::string& type, const base::JsonValue& content);

std::optional<Post> mattermost_post(const base::JsonValue& post, MattermostPlace place, const MattermostNames& names,
                                    Losses& losses);

}  // namespace hansard::migrate
