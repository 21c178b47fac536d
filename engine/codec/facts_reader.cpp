#include <variant>
#include <vector>

#include "engine/codec/body_tables.h"
#include "engine/codec/verified_table.h"

#include "facts_generated.h"

namespace hansard::codec {

namespace {

// Each `read` fills an event from its verified table; false for an enum number this build does not know.

bool read_settings(const wire::Settings& table, domain::Settings& s) {
  s.edit_history = table.edit_history();
  if (auto window = table.delete_window_s()) s.delete_window_s = *window;
  s.edit_window_s = table.edit_window_s();
  s.slow_mode_s = table.slow_mode_s();
  s.retention_s = table.retention_s();
  return read_enum(table.history(), s.history) && read_enum(table.who_may_post(), s.who_may_post);
}

template <class Tables>
bool read_members(const Tables* tables, std::vector<domain::MemberEntry>& members) {
  if (tables == nullptr) return true;
  members.reserve(tables->size());
  for (const wire::Member* table : *tables) {
    auto& member = members.emplace_back();
    member.user.value = text_of(table->user());
    if (!read_enum(table->role(), member.role)) return false;
  }
  return true;
}

bool read(const wire::ConversationCreatedFacts& table, domain::ConversationCreated& event) {
  read_id(*table.conversation(), event.conversation);
  event.created_by.value = text_of(table.created_by());
  event.external_id = text_of(table.external_id());
  return read_enum(table.type(), event.type) && read_members(table.members(), event.members) &&
         read_settings(*table.settings(), event.settings);
}

bool read(const wire::ConversationUpdatedFacts& table, domain::ConversationUpdated& event) {
  read_id(*table.conversation(), event.conversation);
  return read_settings(*table.settings(), event.settings);
}

bool read(const wire::ConversationClosedFacts& table, domain::ConversationClosed& event) {
  read_id(*table.conversation(), event.conversation);
  return true;
}

bool read(const wire::MemberAddedFacts& table, domain::MemberAdded& event) {
  read_id(*table.conversation(), event.conversation);
  event.last_ordinal.value = table.last_ordinal();
  return read_members(table.members(), event.members);
}

bool read(const wire::MemberRemovedFacts& table, domain::MemberRemoved& event) {
  read_id(*table.conversation(), event.conversation);
  event.user.value = text_of(table.user());
  return true;
}

bool read(const wire::MemberRoleChangedFacts& table, domain::MemberRoleChanged& event) {
  read_id(*table.conversation(), event.conversation);
  event.user.value = text_of(table.user());
  return read_enum(table.role(), event.role);
}

void read_provenance(const wire::ForwardedFrom* table, std::optional<domain::ForwardedFrom>& from) {
  if (table == nullptr) return;
  read_id(*table->message(), from.emplace().message);
  if (const wire::Id* conversation = table->conversation()) read_id(*conversation, from->conversation);
  from->sender.value = text_of(table->sender());
  from->created_at.ms = table->created_at();
}

bool read_message(const wire::MessageFacts& table, domain::MessageFacts& facts) {
  read_id(*table.conversation(), facts.conversation);
  read_id(*table.message(), facts.message);
  facts.ordinal.value = table.ordinal();
  facts.author.value = text_of(table.author());
  facts.sender_type = text_of(table.sender_type());
  if (const wire::Id* reply_to = table.reply_to()) read_id(*reply_to, facts.reply_to.emplace());
  facts.reply_to_ordinal.value = table.reply_to_ordinal();
  facts.created_at.ms = table.created_at();
  facts.sent_at.ms = table.sent_at();
  read_provenance(table.forwarded_from(), facts.forwarded_from);
  return read_enum(table.type(), facts.type);
}

template <class MessageEvent>
bool read(const wire::MessageFacts& table, MessageEvent& event) {
  return read_message(table, event.facts);
}

bool read(const wire::MessageFacts& table, domain::MessageSent& event) {
  if (const auto* files = table.files()) {
    for (const wire::Id* file : *files) read_id(*file, event.files.emplace_back());
  }
  event.was_scheduled = table.was_scheduled();
  return read_message(table, event.facts);
}

bool read(const wire::MessageFacts& table, domain::MessageErased& event) {
  if (const wire::Id* erasure = table.erasure()) read_id(*erasure, event.erasure);
  return read_message(table, event.facts);
}

template <class Reaction>
bool read(const wire::ReactionFacts& table, Reaction& event) {
  read_id(*table.conversation(), event.conversation);
  read_id(*table.message(), event.message);
  event.ordinal.value = table.ordinal();
  event.user.value = text_of(table.user());
  return true;
}

template <class Table, class Event>
bool read_pointer(const Table& table, Event& event) {
  read_id(*table.conversation(), event.conversation);
  event.user.value = text_of(table.user());
  return true;
}

bool read(const wire::ReadAdvancedFacts& table, domain::ReadAdvanced& event) {
  event.up_to.value = table.up_to();
  return read_pointer(table, event);
}

bool read(const wire::DeliveredAdvancedFacts& table, domain::DeliveredAdvanced& event) {
  event.up_to.value = table.up_to();
  return read_pointer(table, event);
}

bool read(const wire::UnreadMarkedFacts& table, domain::UnreadMarked& event) {
  event.from.value = table.from();
  return read_pointer(table, event);
}

bool read(const wire::ConversationFlaggedFacts& table, domain::ConversationFlagged& event) {
  event.archived = table.archived();
  event.muted = table.muted();
  event.pinned = table.pinned();
  return read_pointer(table, event);
}

bool read(const wire::ProfileUpdatedFacts& table, domain::ProfileUpdated& event) {
  event.user.value = text_of(table.user());
  return true;
}

template <class Block>
bool read(const wire::UserBlockedFacts& table, Block& event) {
  event.user.value = text_of(table.user());
  event.other.value = text_of(table.other());
  return true;
}

bool read(const wire::UserSeenFacts& table, domain::UserSeen& event) {
  event.user.value = text_of(table.user());
  event.at.ms = table.at();
  return true;
}

bool read(const wire::NotificationDueFacts& table, domain::NotificationDue& event) {
  read_id(*table.message(), event.message);
  event.ordinal.value = table.ordinal();
  return read_pointer(table, event);
}

bool read(const wire::SendScheduledFacts& table, domain::SendScheduled& event) {
  event.send_at.ms = table.send_at();
  return read_message(*table.draft(), event.draft);
}

bool read(const wire::ScheduleCancelledFacts& table, domain::ScheduleCancelled& event) {
  read_id(*table.message(), event.message);
  event.reason = text_of(table.reason());
  return read_pointer(table, event);
}

bool read(const wire::FileUploadedFacts& table, domain::FileUploaded& event) {
  event.user.value = text_of(table.user());
  read_id(*table.file(), event.file);
  event.sha256 = std::bit_cast<base::Digest>(*table.sha256());
  event.size = table.size();
  return true;
}

bool read(const wire::FileCollectedFacts& table, domain::FileCollected& event) {
  event.user.value = text_of(table.user());
  read_id(*table.file(), event.file);
  return true;
}

bool read(const wire::LossAcceptedFacts& table, domain::LossAccepted& event) {
  event.after.value = table.after();
  event.epoch = table.epoch();
  return true;
}

bool read(const wire::ConversationErasedFacts& table, domain::ConversationErased& event) {
  read_id(*table.conversation(), event.conversation);
  read_id(*table.erasure(), event.erasure);
  return true;
}

bool read(const wire::UserErasedFacts& table, domain::UserErased& event) {
  event.user.value = text_of(table.user());
  read_id(*table.erasure(), event.erasure);
  return true;
}

template <class Id, class Scope>
bool read_target_id(const wire::Id* id, Scope& scope) {
  if (id == nullptr) return false;
  read_id(*id, scope.template emplace<Id>());
  return true;
}

// `Scope` is a variant; false for one of another kind than it holds.
template <class Scope>
bool read_target(const wire::Target& table, Scope& scope) {
  switch (table.scope()) {
    case wire::Scope::message:
      if constexpr (std::is_same_v<Scope, domain::ErasureScope>) {
        return read_target_id<domain::MessageId>(table.message(), scope);
      }
      return false;
    case wire::Scope::user:
      scope.template emplace<domain::UserId>().value = text_of(table.user());
      return true;
    case wire::Scope::conversation:
      return read_target_id<domain::ConversationId>(table.conversation(), scope);
  }
  return false;
}

bool read(const wire::ErasureRequestedFacts& table, domain::ErasureRequested& event) {
  read_id(*table.erasure(), event.erasure);
  return read_target(*table.target(), event.scope);
}

bool read(const wire::ErasureCompletedFacts& table, domain::ErasureCompleted& event) {
  read_id(*table.erasure(), event.erasure);
  event.messages = table.messages();
  event.records = table.records();
  event.through.value = table.through();
  return true;
}

template <class Hold>
bool read(const wire::HoldFacts& table, Hold& event) {
  read_id(*table.hold(), event.hold);
  return read_target(*table.target(), event.scope);
}

template <class Id>
void read_optional_id(const wire::Id* from, std::optional<Id>& to) {
  if (from != nullptr) read_id(*from, to.emplace());
}

bool read(const wire::HoldConflictFacts& table, domain::HoldConflict& event) {
  read_id(*table.hold(), event.hold);
  read_optional_id(table.erasure(), event.erasure);
  read_optional_id(table.conversation(), event.conversation);
  read_optional_id(table.message(), event.message);
  return table.asked() == nullptr || read_target(*table.asked(), event.asked.emplace());
}

bool read(const wire::AuditReadFacts& table, domain::AuditRead& event) {
  event.user.value = text_of(table.user());
  event.action = text_of(table.action());
  read_optional_id(table.conversation(), event.conversation);
  read_optional_id(table.message(), event.message);
  event.about.value = text_of(table.about());
  return true;
}

Result<void> does_not_verify() { return base::error(base::ErrorCode::corrupt, "the facts table does not verify"); }

template <class Table, class Event>
Result<void> read_as(std::string_view bytes, domain::RecordedEvent& event) {
  const Table* table = verified_table<Table>(bytes);
  if (table == nullptr) return does_not_verify();
  event.actor.value = text_of(table->actor());
  domain::EventBody& body = event.body.emplace(std::in_place_type<Event>);
  if (read(*table, *std::get_if<Event>(&body))) return base::success();
  return base::error(base::ErrorCode::unsupported, "the facts hold a value that only a newer version knows");
}

Result<void> read_unknown(std::string_view bytes, domain::RecordedEvent& event) {
  const auto* table = verified_table<wire::AnyFacts>(bytes);
  if (table == nullptr) return does_not_verify();
  event.actor.value = text_of(table->actor());
  return base::success();
}

}  // namespace

Result<void> read_facts(std::string_view table, domain::RecordedEvent& event) {
  using domain::EventType;
  switch (static_cast<EventType>(event.raw_type)) {
    case EventType::conversation_created:
      return read_as<wire::ConversationCreatedFacts, domain::ConversationCreated>(table, event);
    case EventType::conversation_updated:
      return read_as<wire::ConversationUpdatedFacts, domain::ConversationUpdated>(table, event);
    case EventType::conversation_closed:
      return read_as<wire::ConversationClosedFacts, domain::ConversationClosed>(table, event);
    case EventType::member_added:
      return read_as<wire::MemberAddedFacts, domain::MemberAdded>(table, event);
    case EventType::member_removed:
      return read_as<wire::MemberRemovedFacts, domain::MemberRemoved>(table, event);
    case EventType::member_role_changed:
      return read_as<wire::MemberRoleChangedFacts, domain::MemberRoleChanged>(table, event);
    case EventType::message_sent:
      return read_as<wire::MessageFacts, domain::MessageSent>(table, event);
    case EventType::message_edited:
      return read_as<wire::MessageFacts, domain::MessageEdited>(table, event);
    case EventType::message_deleted:
      return read_as<wire::MessageFacts, domain::MessageDeleted>(table, event);
    case EventType::message_expired:
      return read_as<wire::MessageFacts, domain::MessageExpired>(table, event);
    case EventType::reaction_added:
      return read_as<wire::ReactionFacts, domain::ReactionAdded>(table, event);
    case EventType::reaction_removed:
      return read_as<wire::ReactionFacts, domain::ReactionRemoved>(table, event);
    case EventType::read_advanced:
      return read_as<wire::ReadAdvancedFacts, domain::ReadAdvanced>(table, event);
    case EventType::delivered_advanced:
      return read_as<wire::DeliveredAdvancedFacts, domain::DeliveredAdvanced>(table, event);
    case EventType::unread_marked:
      return read_as<wire::UnreadMarkedFacts, domain::UnreadMarked>(table, event);
    case EventType::conversation_flagged:
      return read_as<wire::ConversationFlaggedFacts, domain::ConversationFlagged>(table, event);
    case EventType::profile_updated:
      return read_as<wire::ProfileUpdatedFacts, domain::ProfileUpdated>(table, event);
    case EventType::user_blocked:
      return read_as<wire::UserBlockedFacts, domain::UserBlocked>(table, event);
    case EventType::user_unblocked:
      return read_as<wire::UserBlockedFacts, domain::UserUnblocked>(table, event);
    case EventType::user_seen:
      return read_as<wire::UserSeenFacts, domain::UserSeen>(table, event);
    case EventType::notification_due:
      return read_as<wire::NotificationDueFacts, domain::NotificationDue>(table, event);
    case EventType::send_scheduled:
      return read_as<wire::SendScheduledFacts, domain::SendScheduled>(table, event);
    case EventType::schedule_cancelled:
      return read_as<wire::ScheduleCancelledFacts, domain::ScheduleCancelled>(table, event);
    case EventType::file_uploaded:
      return read_as<wire::FileUploadedFacts, domain::FileUploaded>(table, event);
    case EventType::file_collected:
      return read_as<wire::FileCollectedFacts, domain::FileCollected>(table, event);
    case EventType::loss_accepted:
      return read_as<wire::LossAcceptedFacts, domain::LossAccepted>(table, event);
    case EventType::message_erased:
      return read_as<wire::MessageFacts, domain::MessageErased>(table, event);
    case EventType::conversation_erased:
      return read_as<wire::ConversationErasedFacts, domain::ConversationErased>(table, event);
    case EventType::user_erased:
      return read_as<wire::UserErasedFacts, domain::UserErased>(table, event);
    case EventType::erasure_requested:
      return read_as<wire::ErasureRequestedFacts, domain::ErasureRequested>(table, event);
    case EventType::erasure_completed:
      return read_as<wire::ErasureCompletedFacts, domain::ErasureCompleted>(table, event);
    case EventType::hold_placed:
      return read_as<wire::HoldFacts, domain::HoldPlaced>(table, event);
    case EventType::hold_released:
      return read_as<wire::HoldFacts, domain::HoldReleased>(table, event);
    case EventType::hold_conflict:
      return read_as<wire::HoldConflictFacts, domain::HoldConflict>(table, event);
    case EventType::audit_read:
      return read_as<wire::AuditReadFacts, domain::AuditRead>(table, event);
  }
  return read_unknown(table, event);
}

}  // namespace hansard::codec
