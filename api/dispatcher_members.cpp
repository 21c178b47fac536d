#include "api/dispatcher_members.h"

#include <algorithm>
#include <utility>

namespace hansard::api {

using base::ConversationId;
using base::Ordinal;
using base::UserId;
using domain::RecordedEvent;

namespace {

struct ConversationOf {
  template <class Body>
  std::optional<ConversationId> operator()(const Body& body) const {
    if constexpr (requires { body.facts.conversation; }) {
      return body.facts.conversation;
    } else if constexpr (requires { body.conversation; }) {
      return body.conversation;
    } else {
      return std::nullopt;
    }
  }
};

}  // namespace

std::optional<ConversationId> conversation_of(const RecordedEvent& event) {
  return event.body ? std::visit(ConversationOf{}, *event.body) : std::nullopt;
}

void for_each_change(const RecordedEvent& event, const std::function<void(const MembershipChange&)>& visit) {
  if (!event.body) return;
  if (const auto* created = std::get_if<domain::ConversationCreated>(&*event.body)) {
    for (const auto& member : created->members) visit({created->conversation, member.user, true, {}});
  } else if (const auto* added = std::get_if<domain::MemberAdded>(&*event.body)) {
    for (const auto& member : added->members) visit({added->conversation, member.user, true, added->last_ordinal});
  } else if (const auto* removed = std::get_if<domain::MemberRemoved>(&*event.body)) {
    visit({removed->conversation, removed->user, false, {}});
  }
}

bool hides_before_join(const projections::Snapshot& snapshot, const ConversationId& conversation) {
  auto view = snapshot.conversation(conversation);
  return view && view->settings.history == domain::History::from_join;
}

void Seats::seed(const std::vector<projections::Membership>& memberships) {
  for (const auto& membership : memberships) {
    if (membership.member) seats_.insert_or_assign(membership.conversation, membership.joined_after);
  }
}

void Seats::fold(const RecordedEvent& event) {
  for_each_change(event, [this](const MembershipChange& change) {
    if (change.user == user_) apply(change);
  });
}

void Seats::apply(const MembershipChange& change) {
  if (change.joined) {
    seats_.insert_or_assign(change.conversation, change.joined_after);
  } else {
    seats_.erase(change.conversation);
  }
}

std::optional<Ordinal> Seats::find(const ConversationId& conversation) const {
  auto found = seats_.find(conversation);
  if (found == seats_.end()) return std::nullopt;
  return found->second;
}

LocalUser* LocalMembers::find(const UserId& user) const {
  auto found = users_.find(user);
  return found == users_.end() ? nullptr : found->second.get();
}

Audience* LocalMembers::audience(const ConversationId& conversation) {
  auto found = audiences_.find(conversation);
  return found == audiences_.end() ? nullptr : &found->second;
}

LocalUser& LocalMembers::add(Seats seats, base::Position cursor) {
  auto user = std::make_unique<LocalUser>(LocalUser{std::move(seats), {}});
  auto& added = *user;
  for (const auto& [conversation, joined_after] : added.seats.all()) {
    auto [audience, is_new] = audiences_.try_emplace(conversation);
    if (is_new) audience->second.changed = cursor;
    audience->second.users.push_back(&added);
  }
  users_.emplace(added.seats.user(), std::move(user));
  return added;
}

void LocalMembers::remove(const UserId& user) {
  auto found = users_.find(user);
  for (const auto& [conversation, joined_after] : found->second->seats.all()) drop(conversation, found->second.get());
  users_.erase(found);
}

void LocalMembers::fold_joins(const RecordedEvent& event) { fold(event, true); }

void LocalMembers::fold_leaves(const RecordedEvent& event) { fold(event, false); }

void LocalMembers::fold(const RecordedEvent& event, bool joins) {
  for_each_change(event, [&](const MembershipChange& change) {
    if (auto* known = audience(change.conversation)) {
      known->changed = event.position;
      known->member_count.reset();
    }
    if (change.joined != joins) return;
    auto* user = find(change.user);
    if (!user) return;
    bool was_in = user->seats.find(change.conversation).has_value();
    user->seats.apply(change);
    if (joins && !was_in) {
      auto& audience = audiences_[change.conversation];
      audience.users.push_back(user);
      audience.changed = event.position;
    }
    if (!joins && was_in) drop(change.conversation, user);
  });
}

void LocalMembers::drop(const ConversationId& conversation, const LocalUser* user) {
  auto found = audiences_.find(conversation);
  if (found == audiences_.end()) return;
  auto& users = found->second.users;
  auto at = std::find(users.begin(), users.end(), user);
  if (at != users.end()) {
    *at = users.back();
    users.pop_back();
  }
  if (users.empty()) audiences_.erase(found);
}

}  // namespace hansard::api
