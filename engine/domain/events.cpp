#include "engine/domain/events.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace hansard::domain {
namespace {

constexpr EventType number(const ConversationCreated&) { return EventType::conversation_created; }
constexpr EventType number(const ConversationUpdated&) { return EventType::conversation_updated; }
constexpr EventType number(const ConversationClosed&) { return EventType::conversation_closed; }
constexpr EventType number(const MemberAdded&) { return EventType::member_added; }
constexpr EventType number(const MemberRemoved&) { return EventType::member_removed; }
constexpr EventType number(const MemberRoleChanged&) { return EventType::member_role_changed; }
constexpr EventType number(const MessageSent&) { return EventType::message_sent; }
constexpr EventType number(const MessageEdited&) { return EventType::message_edited; }
constexpr EventType number(const MessageDeleted&) { return EventType::message_deleted; }
constexpr EventType number(const MessageExpired&) { return EventType::message_expired; }
constexpr EventType number(const ReactionAdded&) { return EventType::reaction_added; }
constexpr EventType number(const ReactionRemoved&) { return EventType::reaction_removed; }
constexpr EventType number(const ReadAdvanced&) { return EventType::read_advanced; }
constexpr EventType number(const DeliveredAdvanced&) { return EventType::delivered_advanced; }
constexpr EventType number(const UnreadMarked&) { return EventType::unread_marked; }
constexpr EventType number(const ConversationFlagged&) { return EventType::conversation_flagged; }
constexpr EventType number(const ProfileUpdated&) { return EventType::profile_updated; }
constexpr EventType number(const UserBlocked&) { return EventType::user_blocked; }
constexpr EventType number(const UserUnblocked&) { return EventType::user_unblocked; }
constexpr EventType number(const UserSeen&) { return EventType::user_seen; }
constexpr EventType number(const NotificationDue&) { return EventType::notification_due; }
constexpr EventType number(const SendScheduled&) { return EventType::send_scheduled; }
constexpr EventType number(const ScheduleCancelled&) { return EventType::schedule_cancelled; }
constexpr EventType number(const FileUploaded&) { return EventType::file_uploaded; }
constexpr EventType number(const FileCollected&) { return EventType::file_collected; }
constexpr EventType number(const LossAccepted&) { return EventType::loss_accepted; }
constexpr EventType number(const MessageErased&) { return EventType::message_erased; }
constexpr EventType number(const ConversationErased&) { return EventType::conversation_erased; }
constexpr EventType number(const UserErased&) { return EventType::user_erased; }
constexpr EventType number(const ErasureRequested&) { return EventType::erasure_requested; }
constexpr EventType number(const ErasureCompleted&) { return EventType::erasure_completed; }
constexpr EventType number(const HoldPlaced&) { return EventType::hold_placed; }
constexpr EventType number(const HoldReleased&) { return EventType::hold_released; }
constexpr EventType number(const HoldConflict&) { return EventType::hold_conflict; }
constexpr EventType number(const AuditRead&) { return EventType::audit_read; }

constexpr std::pair<EventType, std::string_view> kTypeNames[] = {
    {EventType::conversation_created, "conversation.created"},
    {EventType::conversation_updated, "conversation.updated"},
    {EventType::conversation_closed, "conversation.closed"},
    {EventType::member_added, "member.added"},
    {EventType::member_removed, "member.removed"},
    {EventType::member_role_changed, "member.role_changed"},
    {EventType::message_sent, "message.sent"},
    {EventType::message_edited, "message.edited"},
    {EventType::message_deleted, "message.deleted"},
    {EventType::reaction_added, "reaction.added"},
    {EventType::reaction_removed, "reaction.removed"},
    {EventType::message_expired, "message.expired"},
    {EventType::message_erased, "message.erased"},
    {EventType::conversation_erased, "conversation.erased"},
    {EventType::read_advanced, "read.advanced"},
    {EventType::delivered_advanced, "delivered.advanced"},
    {EventType::unread_marked, "unread.marked"},
    {EventType::conversation_flagged, "conversation.flagged"},
    {EventType::profile_updated, "profile.updated"},
    {EventType::user_blocked, "user.blocked"},
    {EventType::user_unblocked, "user.unblocked"},
    {EventType::user_seen, "user.seen"},
    {EventType::notification_due, "notification.due"},
    {EventType::send_scheduled, "send.scheduled"},
    {EventType::schedule_cancelled, "schedule.cancelled"},
    {EventType::file_uploaded, "file.uploaded"},
    {EventType::file_collected, "file.collected"},
    {EventType::user_erased, "user.erased"},
    {EventType::loss_accepted, "loss.accepted"},
    {EventType::erasure_requested, "erasure.requested"},
    {EventType::erasure_completed, "erasure.completed"},
    {EventType::hold_placed, "hold.placed"},
    {EventType::hold_released, "hold.released"},
    {EventType::hold_conflict, "hold.conflict"},
    {EventType::audit_read, "audit.read"},
};
// By their numbers: none stands there twice, and as there are as many as types, none is missing.
static_assert(std::size(kTypeNames) == std::variant_size_v<EventBody>);
static_assert(std::ranges::adjacent_find(kTypeNames, std::ranges::greater_equal{},
                                         &std::pair<EventType, std::string_view>::first) == std::end(kTypeNames));

// What belongs to no one conversation or user is the system's.
template <class Body>
concept SystemEvent = std::is_same_v<Body, LossAccepted> || std::is_same_v<Body, ErasureRequested> ||
                      std::is_same_v<Body, ErasureCompleted> || std::is_same_v<Body, HoldPlaced> ||
                      std::is_same_v<Body, HoldReleased> || std::is_same_v<Body, HoldConflict>;

base::StreamId stream(const SendScheduled& body) { return base::stream_of_user(body.draft.author); }
template <class Body>
base::StreamId stream(const Body& body) {
  if constexpr (SystemEvent<Body>) {
    return {};
  } else if constexpr (requires { body.facts; }) {
    return base::stream_of(body.facts.conversation);
  } else if constexpr (ConversationEvent<Body>) {
    return base::stream_of(body.conversation);
  } else {
    return base::stream_of_user(body.user);
  }
}

}  // namespace

EventType type_of(const EventBody& body) {
  return std::visit([](const auto& event) { return number(event); }, body);
}

std::string_view type_name(EventType type) {
  const auto found = std::ranges::find(kTypeNames, type, &std::pair<EventType, std::string_view>::first);
  return found == std::end(kTypeNames) ? "unknown" : found->second;
}

base::StreamId stream_of(const EventBody& body) {
  return std::visit([](const auto& event) { return stream(event); }, body);
}

}  // namespace hansard::domain
