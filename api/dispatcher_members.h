// Who is in which conversation, as a fold of membership events: for one user (Seats) and for everybody with a session
// on this io thread (LocalMembers). Both fold the same way, so a set seeded at one position and folded to another is
// what the other one holds there.
//
// Thread: the io thread it belongs to.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/domain/events.h"
#include "projections/queries.h"

namespace hansard::api {

class Subscriber;

// The conversation an event belongs to; nothing for events of the system and of unknown types.
std::optional<base::ConversationId> conversation_of(const domain::RecordedEvent& event);

struct MembershipChange {
  const base::ConversationId& conversation;  // of the event
  const base::UserId& user;
  bool joined = false;
  base::Ordinal joined_after;  // last ordinal then
};
// Called for each membership the event begins or ends, in the event's order.
void for_each_change(const domain::RecordedEvent& event, const std::function<void(const MembershipChange&)>& visit);

// Whether members of the conversation do not see what was before they joined (settings.history: from_join).
bool hides_before_join(const projections::Snapshot& snapshot, const base::ConversationId& conversation);

// The conversations of one user. Last writer wins: folding an event twice changes nothing.
class Seats {
 public:
  explicit Seats(base::UserId user) : user_(std::move(user)) {}
  void seed(const std::vector<projections::Membership>& memberships);
  void fold(const domain::RecordedEvent& event);
  void apply(const MembershipChange& change);
  // Where the latest membership began; nothing when he is no member.
  std::optional<base::Ordinal> find(const base::ConversationId& conversation) const;
  const base::UserId& user() const { return user_; }
  const std::unordered_map<base::ConversationId, base::Ordinal>& all() const { return seats_; }

 private:
  base::UserId user_;
  std::unordered_map<base::ConversationId, base::Ordinal> seats_;
};

struct LocalUser {
  Seats seats;
  std::vector<Subscriber*> sessions;
};

// The local users of one conversation, and what is known of its size.
struct Audience {
  std::vector<LocalUser*> users;
  base::Position changed;  // last membership event seen here, or where looking began
  std::optional<std::uint32_t> member_count;
};

class LocalMembers {
 public:
  bool is_empty() const { return users_.empty(); }
  LocalUser* find(const base::UserId& user) const;
  Audience* audience(const base::ConversationId& conversation);
  // The seats are as of `cursor`.
  LocalUser& add(Seats seats, base::Position cursor);
  void remove(const base::UserId& user);
  // Joins go before the event's frame is given out, leaves after: both see it.
  void fold_joins(const domain::RecordedEvent& event);
  void fold_leaves(const domain::RecordedEvent& event);

 private:
  void fold(const domain::RecordedEvent& event, bool joins);
  void drop(const base::ConversationId& conversation, const LocalUser* user);

  std::unordered_map<base::UserId, std::unique_ptr<LocalUser>> users_;
  std::unordered_map<base::ConversationId, Audience> audiences_;
};

}  // namespace hansard::api
