#include <unordered_set>

#include "engine/domain/posting.h"

namespace hansard::domain {
namespace {

// The conversation is one whose members change at all.
std::optional<Rejection> check_open_group(const Place& place) {
  if (place.conversation.closed) return closed(place.conversation);
  if (place.conversation.type == ConversationType::direct) {
    return reject(RejectionCode::conflict, "The two members of a direct conversation stay as they are.");
  }
  return std::nullopt;
}

Rejection lacks_role() { return reject(RejectionCode::forbidden, "Your role does not allow this."); }

// Owners and admins are made, changed and removed by owners.
bool may_touch(const Given& given, const Place& place, Role role) {
  return is_elevated(role) ? may_own(given, place) : may_manage(given, place);
}

std::vector<MemberEntry> new_ones(const Given& given, const AddMembers& command) {
  std::vector<MemberEntry> added;
  std::unordered_set<UserId> seen;
  for (const auto& entry : command.members) {
    if (!seen.insert(entry.user).second) continue;
    if (!given.state.member(command.conversation, entry.user)) added.push_back(entry);
  }
  return added;
}

std::vector<UserId> users_of(const std::vector<MemberEntry>& members) {
  std::vector<UserId> users;
  for (const auto& entry : members) users.push_back(entry.user);
  return users;
}

template <class Command>
void tell(const Given& given, const Place& place, const Command& command, std::string_view event,
          std::vector<UserId> users, Accepted& accepted) {
  const Notice notice{event, std::move(users)};
  accepted.events.push_back(notice_of(given, place, command.conversation, *command.notice, notice));
}

}  // namespace

Decision decide_one(const Given& given, const AddMembers& command) {
  const auto place = managed_place(given, command.conversation);
  if (!place) return not_found();
  if (auto rejection = check_open_group(*place)) return *std::move(rejection);
  if (!may_manage(given, *place)) return lacks_role();
  auto added = new_ones(given, command);
  for (const auto& entry : added) {
    if (!may_touch(given, *place, entry.role)) return lacks_role();
  }
  if (added.empty()) return unchanged(command.conversation);
  if (place->conversation.member_count + added.size() > given.rules.members_max) {
    return reject(RejectionCode::group_full, "The conversation would have too many members.");
  }
  Accepted accepted = unchanged(command.conversation);
  if (command.notice) tell(given, *place, command, "member_added", users_of(added), accepted);
  accepted.events.insert(accepted.events.begin(),
                         MemberAdded{command.conversation, std::move(added), place->conversation.last_ordinal});
  return accepted;
}

Decision decide_one(const Given& given, const RemoveMember& command) {
  const auto place = managed_place(given, command.conversation);
  if (!place) return not_found();
  if (auto rejection = check_open_group(*place)) return *std::move(rejection);
  const bool leaves = command.user == given.caller.actor;
  if (!leaves && !may_manage(given, *place)) return lacks_role();
  const auto target = given.state.member(command.conversation, command.user);
  if (!target) return unchanged(command.conversation);
  if (!leaves && !may_touch(given, *place, target->role)) return lacks_role();
  Accepted accepted = changed(MemberRemoved{command.conversation, command.user}, command.conversation);
  if (command.notice) {
    tell(given, *place, command, leaves ? "member_left" : "member_removed", {command.user}, accepted);
  }
  return accepted;
}

Decision decide_one(const Given& given, const ChangeRole& command) {
  const auto place = managed_place(given, command.conversation);
  if (!place) return not_found();
  if (auto rejection = check_open_group(*place)) return *std::move(rejection);
  if (!may_manage(given, *place)) return lacks_role();
  const auto target = given.state.member(command.conversation, command.user);
  if (!target) return not_found();
  if (!may_touch(given, *place, target->role) || !may_touch(given, *place, command.role)) return lacks_role();
  if (target->role == command.role) return unchanged(command.conversation);
  return changed(MemberRoleChanged{command.conversation, command.user, command.role}, command.conversation);
}

}  // namespace hansard::domain
