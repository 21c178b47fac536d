#include <algorithm>
#include <unordered_set>

#include "engine/domain/deciding.h"

namespace hansard::domain {
namespace {

constexpr Version kCreatedVersion{1};

bool is_derived(const CreateConversation& command) {
  return command.type == ConversationType::direct || !command.external_id.empty();
}

std::vector<MemberEntry> first_members(const UserId& creator, const std::vector<UserId>& others) {
  std::vector<MemberEntry> members{{creator, Role::owner}};
  std::unordered_set<UserId> seen{creator};
  for (const auto& user : others) {
    if (seen.insert(user).second) members.push_back({user, Role::member});
  }
  return members;
}

Rejection settings_are_a_services() {
  return reject(RejectionCode::forbidden, "Only a service changes the settings of a direct conversation.");
}

std::optional<Rejection> check_creation(const Given& given, const CreateConversation& command,
                                        const std::vector<MemberEntry>& members) {
  const bool direct = command.type == ConversationType::direct;
  if (direct && members.size() != 2) {
    return reject(RejectionCode::invalid, "A direct conversation has exactly two different members.");
  }
  if (direct && !command.external_id.empty()) {
    return reject(RejectionCode::invalid, "A direct conversation is named by its pair, not by an external id.");
  }
  if (!is_derived(command) && command.id.is_nil()) {
    return reject(RejectionCode::invalid, "The nil UUID names no conversation.");
  }
  const int uuid_version = command.id.bytes[6] >> 4;
  if (!is_derived(command) && command.client_made && uuid_version == 8) {
    return reject(RejectionCode::invalid, "Ids of UUID version 8 are derived by the server.");
  }
  if (members.size() > given.rules.members_max) {
    return reject(RejectionCode::group_full, "The conversation would have too many members.");
  }
  return std::nullopt;
}

ConversationId id_of(const Given& given, const CreateConversation& command, const std::vector<MemberEntry>& members) {
  if (command.type == ConversationType::direct) return direct_conversation_id(members[0].user, members[1].user);
  if (!command.external_id.empty()) return external_conversation_id(given.caller, command.external_id);
  return command.id;
}

ConversationCreated creation(const Given& given, const CreateConversation& command, const ConversationId& id,
                             std::vector<MemberEntry> members) {
  ConversationCreated event;
  event.conversation = id;
  event.type = command.type;
  event.created_by = given.caller.actor;
  event.external_id = command.external_id;
  event.members = std::move(members);
  event.settings = apply_patch({}, command.settings);
  event.content = ConversationContent{command.title, command.metadata};
  return event;
}

bool has_members(const Given& given, const ConversationState& existing, const ConversationCreated& wanted) {
  return existing.member_count == wanted.members.size() &&
         std::all_of(wanted.members.begin(), wanted.members.end(), [&](const MemberEntry& entry) {
           return given.state.member(wanted.conversation, entry.user).has_value();
         });
}

// What has changed since the creation cannot be compared and passes: a repeat has no effect anyway.
bool is_same_creation(const Given& given, const ConversationState& existing, const ConversationCreated& wanted) {
  if (existing.created_by != wanted.created_by || existing.type != wanted.type) return false;
  if (existing.settings_version == kCreatedVersion) {
    const auto content = given.state.conversation_content(existing.content_position);
    if (existing.settings != wanted.settings || (content && content != wanted.content)) return false;
  }
  return existing.version != kCreatedVersion || has_members(given, existing, wanted);
}

Decision decide_existing(const Given& given, const ConversationState& existing, const CreateConversation& command,
                         const ConversationCreated& wanted) {
  const bool derived = is_derived(command);
  if (!derived && !is_same_creation(given, existing, wanted)) {
    return reject(RejectionCode::id_taken, "The id names something else.");
  }
  if (!managed_place(given, wanted.conversation)) return not_found();
  Accepted accepted = unchanged(wanted.conversation);
  accepted.repeat = !derived;
  return accepted;
}

bool is_direct(const Place& place) { return place.conversation.type == ConversationType::direct; }

// The two of a direct conversation are equals (ADR 58): either names it, and neither sets rules for the other.
std::optional<Rejection> check_update(const Given& given, const Place& place) {
  if (given.caller.service) return std::nullopt;
  if (auto rejection = check_not_blocked(given, place)) return rejection;
  if (may_manage(given, place) || is_direct(place)) return std::nullopt;
  return reject(RejectionCode::forbidden, "Only owners and admins change a conversation.");
}

std::optional<Rejection> check_closing(const Given& given, const Place& place) {
  if (is_direct(place) && !given.caller.service) {
    return reject(RejectionCode::forbidden,
                  "Only a service closes a direct conversation: its two members could never have another.");
  }
  if (may_own(given, place)) return std::nullopt;
  return reject(RejectionCode::forbidden, "Only an owner closes a conversation.");
}

// The conversation's content with the wanted changes; nothing while it is erased and stays so.
std::optional<ConversationContent> updated_content(std::optional<ConversationContent> content,
                                                   const UpdateConversation& command) {
  if (!content && !command.title && !command.metadata) return std::nullopt;
  if (!content) content.emplace();
  content->title = command.title.value_or(content->title);
  content->metadata = command.metadata.value_or(content->metadata);
  return content;
}

}  // namespace

Decision decide_one(const Given& given, const CreateConversation& command) {
  auto members = first_members(given.caller.actor, command.members);
  if (auto rejection = check_creation(given, command, members)) return *std::move(rejection);
  const ConversationId id = id_of(given, command, members);
  auto event = creation(given, command, id, std::move(members));
  if (const auto existing = given.state.conversation(id)) return decide_existing(given, *existing, command, event);
  // The stream of somebody's own events: their versions would not follow each other.
  if (given.state.stream_version(base::stream_of(id))) {
    return reject(RejectionCode::id_taken, "The id names something else.");
  }
  const bool direct = command.type == ConversationType::direct;
  if (direct && given.state.blocks(event.members[1].user, given.caller.actor)) return blocked();
  if (direct && !given.caller.service && event.settings != Settings{}) return settings_are_a_services();
  Accepted accepted = changed(std::move(event), id);
  accepted.created = true;
  return accepted;
}

Decision decide_one(const Given& given, const UpdateConversation& command) {
  const auto place = managed_place(given, command.conversation);
  if (!place) return not_found();
  if (place->conversation.closed) return closed(place->conversation);
  if (auto rejection = check_update(given, *place)) return *std::move(rejection);
  if (command.if_match && *command.if_match != place->conversation.settings_version) {
    return reject(RejectionCode::precondition_failed, "The conversation has changed since that version.");
  }
  const auto settings = apply_patch(place->conversation.settings, command.settings);
  if (settings != place->conversation.settings && is_direct(*place) && !given.caller.service) {
    return settings_are_a_services();
  }
  const auto before = given.state.conversation_content(place->conversation.content_position);
  const auto content = updated_content(before, command);
  if (settings == place->conversation.settings && content == before) return unchanged(command.conversation);
  return changed(ConversationUpdated{command.conversation, settings, content}, command.conversation);
}

Decision decide_one(const Given& given, const CloseConversation& command) {
  const auto place = managed_place(given, command.conversation);
  if (!place) return not_found();
  if (auto rejection = check_closing(given, *place)) return *std::move(rejection);
  if (place->conversation.erased) return closed(place->conversation);
  if (place->conversation.closed) return unchanged(command.conversation);
  if (command.if_match && *command.if_match != place->conversation.settings_version) {
    return reject(RejectionCode::precondition_failed, "The conversation has changed since that version.");
  }
  return changed(ConversationClosed{command.conversation}, command.conversation);
}

}  // namespace hansard::domain
