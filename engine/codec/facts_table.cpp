#include <span>
#include <type_traits>
#include <variant>
#include <vector>

#include "engine/codec/body_tables.h"
#include "engine/codec/verified_table.h"

#include "facts_generated.h"

namespace hansard::codec {

namespace {

// The common head of every facts table. Most events name their actor again; his bytes are written once.
struct Head {
  const domain::UserId& user;
  StringOffset offset;
};

StringOffset build_user(Builder& builder, const Head& actor, const domain::UserId& user) {
  bool same = !actor.offset.IsNull() && user == actor.user;
  return same ? actor.offset : builder.CreateString(user.value);
}

auto build_settings(Builder& builder, const domain::Settings& s) {
  flatbuffers::Optional<std::uint32_t> delete_window = flatbuffers::nullopt;
  if (s.delete_window_s) delete_window = *s.delete_window_s;
  return wire::CreateSettings(builder, static_cast<wire::History>(s.history), s.edit_history, delete_window,
                              s.edit_window_s, static_cast<wire::WhoMayPost>(s.who_may_post), s.slow_mode_s,
                              s.retention_s);
}

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::Member>>> build_members(
    Builder& builder, const Head& actor, const std::vector<domain::MemberEntry>& members) {
  if (members.empty()) return {};
  std::vector<flatbuffers::Offset<wire::Member>> offsets;
  offsets.reserve(members.size());
  for (const auto& member : members) {
    auto user = build_user(builder, actor, member.user);
    offsets.push_back(wire::CreateMember(builder, user, static_cast<wire::Role>(member.role)));
  }
  return builder.CreateVector(offsets);
}

auto build(Builder& builder, const Head& actor, const domain::ConversationCreated& event) {
  wire::Id conversation = wire_id(event.conversation);
  auto created_by = build_user(builder, actor, event.created_by);
  auto external_id = optional_string(builder, event.external_id);
  auto members = build_members(builder, actor, event.members);
  auto settings = build_settings(builder, event.settings);
  auto type = static_cast<wire::ConversationType>(event.type);
  return wire::CreateConversationCreatedFacts(builder, actor.offset, &conversation, type, created_by, external_id,
                                              members, settings);
}

auto build(Builder& builder, const Head& actor, const domain::ConversationUpdated& event) {
  wire::Id conversation = wire_id(event.conversation);
  auto settings = build_settings(builder, event.settings);
  return wire::CreateConversationUpdatedFacts(builder, actor.offset, &conversation, settings);
}

auto build(Builder& builder, const Head& actor, const domain::ConversationClosed& event) {
  wire::Id conversation = wire_id(event.conversation);
  return wire::CreateConversationClosedFacts(builder, actor.offset, &conversation);
}

auto build(Builder& builder, const Head& actor, const domain::MemberAdded& event) {
  wire::Id conversation = wire_id(event.conversation);
  auto members = build_members(builder, actor, event.members);
  return wire::CreateMemberAddedFacts(builder, actor.offset, &conversation, members, event.last_ordinal.value);
}

auto build(Builder& builder, const Head& actor, const domain::MemberRemoved& event) {
  wire::Id conversation = wire_id(event.conversation);
  auto user = build_user(builder, actor, event.user);
  return wire::CreateMemberRemovedFacts(builder, actor.offset, &conversation, user);
}

auto build(Builder& builder, const Head& actor, const domain::MemberRoleChanged& event) {
  wire::Id conversation = wire_id(event.conversation);
  auto user = build_user(builder, actor, event.user);
  auto role = static_cast<wire::Role>(event.role);
  return wire::CreateMemberRoleChangedFacts(builder, actor.offset, &conversation, user, role);
}

flatbuffers::Offset<wire::ForwardedFrom> build_provenance(Builder& builder, const Head& actor,
                                                          const std::optional<domain::ForwardedFrom>& from) {
  if (!from) return {};
  wire::Id message = wire_id(from->message);
  wire::Id conversation = wire_id(from->conversation);
  auto sender = build_user(builder, actor, from->sender);
  return wire::CreateForwardedFrom(builder, &message, from->conversation.is_nil() ? nullptr : &conversation, sender,
                                   from->created_at.ms);
}

flatbuffers::Offset<flatbuffers::Vector<const wire::Id*>> build_files(Builder& builder,
                                                                      std::span<const domain::FileId> files) {
  if (files.empty()) return {};
  std::vector<wire::Id> ids;
  ids.reserve(files.size());
  for (const auto& file : files) ids.push_back(wire_id(file));
  return builder.CreateVectorOfStructs(ids);
}

// What of the table only one type of event has.
struct OfOneType {
  std::span<const domain::FileId> files;  // message.sent
  bool was_scheduled = false;             // message.sent
  const domain::ErasureId* erasure = nullptr;
};

auto build_message(Builder& builder, const Head& actor, const domain::MessageFacts& facts, const OfOneType& own) {
  wire::Id conversation = wire_id(facts.conversation);
  wire::Id message = wire_id(facts.message);
  wire::Id reply_to = facts.reply_to ? wire_id(*facts.reply_to) : wire::Id();
  wire::Id erasure = own.erasure ? wire_id(*own.erasure) : wire::Id();
  auto author = build_user(builder, actor, facts.author);
  auto sender_type = optional_string(builder, facts.sender_type);
  auto forwarded_from = build_provenance(builder, actor, facts.forwarded_from);
  auto files = build_files(builder, own.files);
  return wire::CreateMessageFacts(builder, actor.offset, &conversation, &message, facts.ordinal.value, author,
                                  sender_type, static_cast<wire::MessageType>(facts.type),
                                  facts.reply_to ? &reply_to : nullptr, facts.reply_to_ordinal.value,
                                  facts.created_at.ms, facts.sent_at.ms, forwarded_from, files, own.was_scheduled,
                                  own.erasure ? &erasure : nullptr);
}

auto build_message(Builder& builder, const Head& actor, const domain::MessageFacts& facts) {
  return build_message(builder, actor, facts, OfOneType{});
}

auto build(Builder& builder, const Head& actor, const domain::MessageSent& event) {
  return build_message(builder, actor, event.facts, OfOneType{event.files, event.was_scheduled, nullptr});
}

auto build(Builder& builder, const Head& actor, const domain::MessageEdited& event) {
  return build_message(builder, actor, event.facts);
}

auto build(Builder& builder, const Head& actor, const domain::MessageDeleted& event) {
  return build_message(builder, actor, event.facts);
}

auto build(Builder& builder, const Head& actor, const domain::MessageExpired& event) {
  return build_message(builder, actor, event.facts);
}

auto build(Builder& builder, const Head& actor, const domain::MessageErased& event) {
  return build_message(builder, actor, event.facts, OfOneType{{}, false, &event.erasure});
}

template <class Reaction>
auto build_reaction(Builder& builder, const Head& actor, const Reaction& event) {
  wire::Id conversation = wire_id(event.conversation);
  wire::Id message = wire_id(event.message);
  auto user = build_user(builder, actor, event.user);
  return wire::CreateReactionFacts(builder, actor.offset, &conversation, &message, event.ordinal.value, user);
}

auto build(Builder& builder, const Head& actor, const domain::ReactionAdded& event) {
  return build_reaction(builder, actor, event);
}

auto build(Builder& builder, const Head& actor, const domain::ReactionRemoved& event) {
  return build_reaction(builder, actor, event);
}

auto build(Builder& builder, const Head& actor, const domain::ReadAdvanced& event) {
  wire::Id conversation = wire_id(event.conversation);
  auto user = build_user(builder, actor, event.user);
  return wire::CreateReadAdvancedFacts(builder, actor.offset, &conversation, user, event.up_to.value);
}

auto build(Builder& builder, const Head& actor, const domain::DeliveredAdvanced& event) {
  wire::Id conversation = wire_id(event.conversation);
  auto user = build_user(builder, actor, event.user);
  return wire::CreateDeliveredAdvancedFacts(builder, actor.offset, &conversation, user, event.up_to.value);
}

auto build(Builder& builder, const Head& actor, const domain::UnreadMarked& event) {
  wire::Id conversation = wire_id(event.conversation);
  auto user = build_user(builder, actor, event.user);
  return wire::CreateUnreadMarkedFacts(builder, actor.offset, &conversation, user, event.from.value);
}

auto build(Builder& builder, const Head& actor, const domain::ConversationFlagged& event) {
  wire::Id conversation = wire_id(event.conversation);
  auto user = build_user(builder, actor, event.user);
  return wire::CreateConversationFlaggedFacts(builder, actor.offset, &conversation, user, event.archived, event.muted,
                                              event.pinned);
}

auto build(Builder& builder, const Head& actor, const domain::ProfileUpdated& event) {
  return wire::CreateProfileUpdatedFacts(builder, actor.offset, build_user(builder, actor, event.user));
}

template <class Block>
auto build_block(Builder& builder, const Head& actor, const Block& event) {
  auto user = build_user(builder, actor, event.user);
  auto other = build_user(builder, actor, event.other);
  return wire::CreateUserBlockedFacts(builder, actor.offset, user, other);
}

auto build(Builder& builder, const Head& actor, const domain::UserBlocked& event) {
  return build_block(builder, actor, event);
}

auto build(Builder& builder, const Head& actor, const domain::UserUnblocked& event) {
  return build_block(builder, actor, event);
}

auto build(Builder& builder, const Head& actor, const domain::UserSeen& event) {
  return wire::CreateUserSeenFacts(builder, actor.offset, build_user(builder, actor, event.user), event.at.ms);
}

auto build(Builder& builder, const Head& actor, const domain::NotificationDue& event) {
  wire::Id conversation = wire_id(event.conversation);
  wire::Id message = wire_id(event.message);
  auto user = build_user(builder, actor, event.user);
  return wire::CreateNotificationDueFacts(builder, actor.offset, &conversation, &message, event.ordinal.value, user);
}

auto build(Builder& builder, const Head& actor, const domain::SendScheduled& event) {
  auto draft = build_message(builder, Head{actor.user, {}}, event.draft);
  return wire::CreateSendScheduledFacts(builder, actor.offset, draft, event.send_at.ms);
}

auto build(Builder& builder, const Head& actor, const domain::ScheduleCancelled& event) {
  wire::Id conversation = wire_id(event.conversation);
  wire::Id message = wire_id(event.message);
  auto user = build_user(builder, actor, event.user);
  auto reason = optional_string(builder, event.reason);
  return wire::CreateScheduleCancelledFacts(builder, actor.offset, &conversation, &message, user, reason);
}

auto build(Builder& builder, const Head& actor, const domain::FileUploaded& event) {
  wire::Id file = wire_id(event.file);
  auto sha256 = std::bit_cast<wire::Sha256>(event.sha256);
  auto user = build_user(builder, actor, event.user);
  return wire::CreateFileUploadedFacts(builder, actor.offset, user, &file, &sha256, event.size);
}

auto build(Builder& builder, const Head& actor, const domain::FileCollected& event) {
  wire::Id file = wire_id(event.file);
  auto user = build_user(builder, actor, event.user);
  return wire::CreateFileCollectedFacts(builder, actor.offset, user, &file);
}

auto build(Builder& builder, const Head& actor, const domain::LossAccepted& event) {
  return wire::CreateLossAcceptedFacts(builder, actor.offset, event.after.value, event.epoch);
}

auto build(Builder& builder, const Head& actor, const domain::ConversationErased& event) {
  wire::Id conversation = wire_id(event.conversation);
  wire::Id erasure = wire_id(event.erasure);
  return wire::CreateConversationErasedFacts(builder, actor.offset, &conversation, &erasure);
}

auto build(Builder& builder, const Head& actor, const domain::UserErased& event) {
  wire::Id erasure = wire_id(event.erasure);
  auto user = build_user(builder, actor, event.user);
  return wire::CreateUserErasedFacts(builder, actor.offset, user, &erasure);
}

struct BuildTarget {
  Builder& builder;
  const Head& actor;

  flatbuffers::Offset<wire::Target> operator()(const domain::MessageId& message) const {
    wire::Id id = wire_id(message);
    return wire::CreateTarget(builder, wire::Scope::message, &id);
  }
  flatbuffers::Offset<wire::Target> operator()(const domain::UserId& user) const {
    auto offset = build_user(builder, actor, user);
    return wire::CreateTarget(builder, wire::Scope::user, nullptr, offset);
  }
  flatbuffers::Offset<wire::Target> operator()(const domain::ConversationId& conversation) const {
    wire::Id id = wire_id(conversation);
    return wire::CreateTarget(builder, wire::Scope::conversation, nullptr, {}, &id);
  }
};

auto build(Builder& builder, const Head& actor, const domain::ErasureRequested& event) {
  wire::Id erasure = wire_id(event.erasure);
  auto target = std::visit(BuildTarget{builder, actor}, event.scope);
  return wire::CreateErasureRequestedFacts(builder, actor.offset, &erasure, target);
}

auto build(Builder& builder, const Head& actor, const domain::ErasureCompleted& event) {
  wire::Id erasure = wire_id(event.erasure);
  return wire::CreateErasureCompletedFacts(builder, actor.offset, &erasure, event.messages, event.records,
                                           event.through.value);
}

template <class Hold>
auto build_hold(Builder& builder, const Head& actor, const Hold& event) {
  wire::Id hold = wire_id(event.hold);
  auto target = std::visit(BuildTarget{builder, actor}, event.scope);
  return wire::CreateHoldFacts(builder, actor.offset, &hold, target);
}

auto build(Builder& builder, const Head& actor, const domain::HoldPlaced& event) {
  return build_hold(builder, actor, event);
}

auto build(Builder& builder, const Head& actor, const domain::HoldReleased& event) {
  return build_hold(builder, actor, event);
}

// The id of what may be absent, for a pointer to it.
template <class Id>
wire::Id id_or_nil(const std::optional<Id>& id) {
  return id ? wire_id(*id) : wire::Id();
}

auto build(Builder& builder, const Head& actor, const domain::HoldConflict& event) {
  wire::Id hold = wire_id(event.hold);
  wire::Id erasure = id_or_nil(event.erasure);
  wire::Id conversation = id_or_nil(event.conversation);
  wire::Id message = id_or_nil(event.message);
  flatbuffers::Offset<wire::Target> asked;
  if (event.asked) asked = std::visit(BuildTarget{builder, actor}, *event.asked);
  return wire::CreateHoldConflictFacts(builder, actor.offset, &hold, event.erasure ? &erasure : nullptr, asked,
                                       event.conversation ? &conversation : nullptr,
                                       event.message ? &message : nullptr);
}

auto build(Builder& builder, const Head& actor, const domain::AuditRead& event) {
  wire::Id conversation = id_or_nil(event.conversation);
  wire::Id message = id_or_nil(event.message);
  auto user = build_user(builder, actor, event.user);
  auto action = optional_string(builder, event.action);
  auto about = optional_string(builder, event.about.value);
  return wire::CreateAuditReadFacts(builder, actor.offset, user, action, event.conversation ? &conversation : nullptr,
                                    event.message ? &message : nullptr, about);
}

}  // namespace

void append_facts(const domain::UserId& actor, const domain::EventBody& body, std::string& out) {
  thread_local Builder builder;
  builder.Clear();
  Head head{actor, optional_string(builder, actor.value)};
  std::visit([&](const auto& event) { append_finished(builder, build(builder, head, event), out); }, body);
}

}  // namespace hansard::codec
