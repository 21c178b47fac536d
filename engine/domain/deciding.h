// What the files of decide share: where the caller stands, and the checks that several commands make. Private to the
// room; decide.h is the door.
//
// Every command first asks for a Place. Without one the answer is not_found(), the same for a conversation that does
// not exist, one the caller never saw and one he left, so that nobody learns which it was.
#pragma once

#include <optional>
#include <utility>

#include "engine/domain/decide.h"

namespace hansard::domain {

// The arguments of decide that every rule may look at.
struct Given {
  const StateReader& state;
  const Caller& caller;
  Timestamp now;
  const Rules& rules;
};

// A conversation, and the acting user in it. `member` is empty only where a service needs no membership.
struct Place {
  ConversationState conversation;
  std::optional<MemberState> member;
};

// A message in its place.
struct MessagePlace {
  Place place;
  MessageState message;
};

// For what a member does: nothing unless the actor is a member now.
std::optional<Place> member_place(const Given& given, const ConversationId& id);
// For what a service may do without membership.
std::optional<Place> managed_place(const Given& given, const ConversationId& id);
// The message and its conversation, where the actor is a member and may see it.
std::optional<MessagePlace> message_place(const Given& given, const MessageId& id);
// False for what came before the latest join of a member where settings.history is from_join.
bool may_see(const Place& place, Ordinal ordinal);

// Owner, admin, or a service.
bool may_manage(const Given& given, const Place& place);
// Owner, or a service.
bool may_own(const Given& given, const Place& place);
bool is_elevated(Role role);  // owner or admin
// Owner or admin, but of a direct conversation: there nobody stands above the other, whoever began it (ADR 58).
bool may_moderate(const Place& place);

// The other of a direct conversation has blocked the actor.
std::optional<Rejection> check_not_blocked(const Given& given, const Place& place);

Rejection not_found();
Rejection reject(RejectionCode code, std::string detail);
// `conversation` is closed, or gone.
Rejection closed(const ConversationState& conversation);
Rejection gone(std::string detail);
Rejection blocked();
// `reply_to` names nothing that its author may see in the conversation.
Rejection not_a_reply();

// The oldest hold that keeps a message: one on its conversation, or on its author.
std::optional<HoldId> hold_on(const Given& given, const MessageFacts& facts);

Accepted unchanged(const ConversationId& conversation, std::optional<MessageId> message = std::nullopt);
Accepted changed(EventBody event, const ConversationId& conversation, std::optional<MessageId> message = std::nullopt);

// Milliseconds between two log times; a clock that went back counts as none.
std::uint64_t elapsed_ms(Timestamp from, Timestamp to);

Decision decide_one(const Given& given, const CreateConversation& command);
Decision decide_one(const Given& given, const UpdateConversation& command);
Decision decide_one(const Given& given, const CloseConversation& command);
Decision decide_one(const Given& given, const AddMembers& command);
Decision decide_one(const Given& given, const RemoveMember& command);
Decision decide_one(const Given& given, const ChangeRole& command);
Decision decide_one(const Given& given, const SendMessage& command);
Decision decide_one(const Given& given, const EditMessage& command);
Decision decide_one(const Given& given, const DeleteMessage& command);
Decision decide_one(const Given& given, const Read& command);
Decision decide_one(const Given& given, const Delivered& command);
Decision decide_one(const Given& given, const MarkUnread& command);
Decision decide_one(const Given& given, const FlagConversation& command);
Decision decide_one(const Given& given, const ForwardMessage& command);
Decision decide_one(const Given& given, const React& command);
Decision decide_one(const Given& given, const PutProfile& command);
Decision decide_one(const Given& given, const BlockUser& command);
Decision decide_one(const Given& given, const RecordFile& command);
Decision decide_one(const Given& given, const NoteSeen& command);
Decision decide_one(const Given& given, const ExpireMessage& command);
Decision decide_one(const Given& given, const SendDue& command);
Decision decide_one(const Given& given, const NotifyMember& command);
Decision decide_one(const Given& given, const CollectFile& command);
Decision decide_one(const Given& given, const RequestErasure& command);
Decision decide_one(const Given& given, const PlaceHold& command);
Decision decide_one(const Given& given, const ReleaseHold& command);
Decision decide_one(const Given& given, const EraseMessage& command);
Decision decide_one(const Given& given, const WithdrawReactions& command);
Decision decide_one(const Given& given, const EraseFile& command);
Decision decide_one(const Given& given, const EraseSubject& command);
Decision decide_one(const Given& given, const CompleteErasure& command);
Decision decide_one(const Given& given, const RecordAuditRead& command);

}  // namespace hansard::domain
