// A post of a Mattermost export, or a reply to one, as a post of ours. For mattermost_export.cpp.
//
// Thread: any.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/base/json.h"
#include "replay/migrate/workspace.h"

namespace hansard::migrate {

using IsUser = std::function<bool(const std::string& name)>;

// The export has no ids of posts: a key is made of conversation, time, author and text.
std::string mattermost_key(const std::string& conversation, const base::JsonValue& post);

// `root`: the post it replies to, missing for a post that is none's reply.
std::optional<Post> mattermost_post(const base::JsonValue& post, const base::JsonValue& root,
                                    const std::string& conversation, const IsUser& is_user, Losses& losses);

}  // namespace hansard::migrate
