// Who may see whose presence: people who share a conversation of at most limits.presence_members_max members, as the
// views know it, unless one of them has blocked the other. A stranger sees nothing, not even that somebody is offline.
//
// Thread: that of the snapshot; plain functions.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "projections/queries.h"

namespace hansard::api {

// Those of a user's conversations in which his presence is seen, latest activity first.
std::vector<base::ConversationId> presence_conversations(const projections::Snapshot& snapshot,
                                                         const base::UserId& user, std::size_t members_max);

// Nobody is a stranger to himself.
bool may_see_presence(const projections::Snapshot& snapshot, const base::UserId& viewer, const base::UserId& user,
                      std::size_t members_max);

// One of the two has blocked the other.
bool is_blocked_between(const projections::Snapshot& snapshot, const base::UserId& a, const base::UserId& b);

// Whose presence a user may see but for blocks, without himself: of his kContactConversationsMax latest such
// conversations.
inline constexpr std::size_t kContactConversationsMax = 1'000;
std::set<base::UserId> presence_contacts(const projections::Snapshot& snapshot, const base::UserId& viewer,
                                         std::size_t members_max);

}  // namespace hansard::api
