#include "engine/domain/events.h"

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
  switch (type) {
    case EventType::conversation_created:
      return "conversation.created";
    case EventType::conversation_updated:
      return "conversation.updated";
    case EventType::conversation_closed:
      return "conversation.closed";
    case EventType::member_added:
      return "member.added";
    case EventType::member_removed:
      return "member.removed";
    case EventType::member_role_changed:
      return "member.role_changed";
    case EventType::message_sent:
      return "message.sent";
    case EventType::message_edited:
      return "message.edited";
    case EventType::message_deleted:
      return "message.deleted";
    case EventType::message_expired:
      return "message.expired";
    case EventType::reaction_added:
      return "reaction.added";
    case EventType::reaction_removed:
      return "reaction.removed";
    case EventType::read_advanced:
      return "read.advanced";
    case EventType::delivered_advanced:
      return "delivered.advanced";
    case EventType::unread_marked:
      return "unread.marked";
    case EventType::conversation_flagged:
      return "conversation.flagged";
    case EventType::profile_updated:
      return "profile.updated";
    case EventType::user_blocked:
      return "user.blocked";
    case EventType::user_unblocked:
      return "user.unblocked";
    case EventType::user_seen:
      return "user.seen";
    case EventType::notification_due:
      return "notification.due";
    case EventType::send_scheduled:
      return "send.scheduled";
    case EventType::schedule_cancelled:
      return "schedule.cancelled";
    case EventType::file_uploaded:
      return "file.uploaded";
    case EventType::file_collected:
      return "file.collected";
    case EventType::loss_accepted:
      return "loss.accepted";
    case EventType::message_erased:
      return "message.erased";
    case EventType::conversation_erased:
      return "conversation.erased";
    case EventType::user_erased:
      return "user.erased";
    case EventType::erasure_requested:
      return "erasure.requested";
    case EventType::erasure_completed:
      return "erasure.completed";
    case EventType::hold_placed:
      return "hold.placed";
    case EventType::hold_released:
      return "hold.released";
    case EventType::hold_conflict:
      return "hold.conflict";
    case EventType::audit_read:
      return "audit.read";
  }
  return "unknown";
}

base::StreamId stream_of(const EventBody& body) {
  return std::visit([](const auto& event) { return stream(event); }, body);
}

}  // namespace hansard::domain
