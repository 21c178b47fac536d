#include "api/presence_audience.h"

#include <algorithm>

namespace hansard::api {

using base::ConversationId;
using base::UserId;
using projections::Membership;
using projections::Snapshot;

std::vector<ConversationId> presence_conversations(const Snapshot& snapshot, const UserId& user,
                                                   std::size_t members_max) {
  auto memberships = snapshot.memberships(user);
  std::erase_if(memberships, [&](const Membership& m) { return !m.member || m.member_count > members_max; });
  auto later = [](const Membership& a, const Membership& b) { return a.head > b.head; };
  std::sort(memberships.begin(), memberships.end(), later);
  std::vector<ConversationId> conversations;
  conversations.reserve(memberships.size());
  for (const auto& membership : memberships) conversations.push_back(membership.conversation);
  return conversations;
}

bool may_see_presence(const Snapshot& snapshot, const UserId& viewer, const UserId& user, std::size_t members_max) {
  if (viewer == user) return true;
  if (is_blocked_between(snapshot, viewer, user)) return false;
  auto conversations = presence_conversations(snapshot, viewer, members_max);
  return std::any_of(conversations.begin(), conversations.end(),
                     [&](const ConversationId& id) { return snapshot.member(id, user).has_value(); });
}

bool is_blocked_between(const Snapshot& snapshot, const UserId& a, const UserId& b) {
  return snapshot.blocks(a, b) || snapshot.blocks(b, a);
}

std::set<UserId> presence_contacts(const Snapshot& snapshot, const UserId& viewer, std::size_t members_max) {
  auto conversations = presence_conversations(snapshot, viewer, members_max);
  if (conversations.size() > kContactConversationsMax) conversations.resize(kContactConversationsMax);
  std::set<UserId> contacts;
  for (const auto& id : conversations) {
    for (auto& member : snapshot.members(id, {}, members_max)) contacts.insert(std::move(member.user));
  }
  contacts.erase(viewer);
  return contacts;
}

}  // namespace hansard::api
