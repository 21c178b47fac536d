// What every message that comes into a conversation has in common, whether it is sent, forwarded, due, or a notice of
// the server's. Private to the room.
#pragma once

#include <optional>
#include <string_view>

#include "engine/domain/deciding.h"

namespace hansard::domain {

// The role, and who_may_post. `place.member` is there.
std::optional<Rejection> check_may_post(const Place& place);
// `place.member` is there. Not to be asked of imports and system messages.
std::optional<Rejection> check_slow_mode(const Given& given, const Place& place, const ConversationId& id);

// Facts of a text message of the actor, now, with the next ordinal.
MessageFacts next_facts(const Given& given, const Place& place, const ConversationId& conversation,
                        const MessageId& id);

// The system message that tells members what happened to somebody's membership: English for people, the same as
// metadata for clients that say it in their own words.
struct Notice {
  std::string_view event;  // member_added, member_removed, member_left
  std::vector<UserId> users;
};
MessageSent notice_of(const Given& given, const Place& place, const ConversationId& conversation, const MessageId& id,
                      const Notice& notice);

}  // namespace hansard::domain
