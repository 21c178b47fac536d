#include <set>

#include "projections/chat_snapshot.h"
#include "projections/keys.h"

namespace hansard::projections {

std::optional<ProfileView> ChatSnapshot::profile(const UserId& user) const {
  auto row = this->row<ProfileRow>(profile_key(user));
  if (!row) return std::nullopt;
  return std::move(row->profile);
}

bool ChatSnapshot::blocks(const UserId& by, const UserId& who) const { return rows_->has(block_key(by, who)); }

std::optional<Timestamp> ChatSnapshot::last_seen(const UserId& user) const {
  auto row = this->row<TimeRow>(last_seen_key(user));
  if (!row) return std::nullopt;
  return row->at;
}

std::vector<ConversationId> ChatSnapshot::small_conversations(const UserId& user, std::uint32_t members_max) const {
  std::vector<ConversationId> small;
  for (const auto& [id, reader] : reader_rows(user)) {
    if (!reader.member) continue;
    auto row = this->row<ConversationRow>(conversation_key(id));
    if (row && row->member_count <= members_max) small.push_back(id);
  }
  return small;
}

std::vector<UserId> ChatSnapshot::contacts(const UserId& user, std::uint32_t members_max, const UserId& after,
                                           std::size_t limit) const {
  std::set<UserId> contacts;  // the first `limit` of those seen so far
  for (const ConversationId& id : small_conversations(user, members_max)) {
    // One more, for the user himself.
    for (MemberView& member : members(id, after, limit + 1)) {
      if (member.user != user) contacts.insert(std::move(member.user));
      if (contacts.size() > limit) contacts.erase(std::prev(contacts.end()));
    }
  }
  return {contacts.begin(), contacts.end()};
}

bool ChatSnapshot::share_conversation(const UserId& a, const UserId& b, std::uint32_t members_max) const {
  for (const ConversationId& id : small_conversations(a, members_max)) {
    if (rows_->has(member_key(id, b))) return true;
  }
  return false;
}

}  // namespace hansard::projections
