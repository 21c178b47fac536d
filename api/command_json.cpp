#include "api/command_json.h"

#include <limits>
#include <utility>

#include "api/json_fields.h"
#include "engine/base/utf8.h"

namespace hansard::api {

using base::ConversationId;
using base::UserId;
using domain::Command;
using domain::MemberEntry;
using domain::SettingsPatch;

namespace {
constexpr std::uint64_t kSecondsMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kOrdinalMax = std::numeric_limits<std::int64_t>::max();

std::optional<std::uint32_t> seconds(Fields& fields, std::string_view name) {
  auto value = fields.number(name, kSecondsMax);
  if (!value) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

SettingsPatch settings_of(Fields& body) {
  SettingsPatch patch;
  if (!body.has("settings")) return patch;
  Fields fields(body.value("settings"), "`settings`");
  patch.history = fields.word<domain::History>("history");
  patch.edit_history = fields.flag("edit_history");
  patch.delete_window_s = seconds(fields, "delete_window_s");
  patch.server_delete_window = fields.is_null("delete_window_s");
  patch.edit_window_s = seconds(fields, "edit_window_s");
  patch.who_may_post = fields.word<domain::WhoMayPost>("who_may_post");
  patch.slow_mode_s = seconds(fields, "slow_mode_s");
  patch.retention_s = seconds(fields, "retention_s");
  if (fields.problem()) body.fail(*fields.problem());
  return patch;
}

std::optional<std::string> title_of(Fields& body, const Limits& limits) {
  auto title = body.text("title");
  if (title && base::count_code_points(*title) > limits.title_code_points_max) {
    body.fail(invalid("`title` is longer than " + std::to_string(limits.title_code_points_max) + " code points"));
  }
  return title;
}

std::string external_id_of(Fields& body, const Limits& limits) {
  auto external_id = body.text("external_id");
  if (!external_id) return {};
  if (external_id->empty() || external_id->size() > limits.external_id_bytes_max) {
    body.fail(invalid("`external_id` is not 1 to " + std::to_string(limits.external_id_bytes_max) + " bytes"));
  }
  return *external_id;
}

// A user id, or an object with one and a role.
std::optional<MemberEntry> member_of(Fields& body, JsonValue item) {
  if (auto text = item.string()) {
    auto user = base::parse_user_id(*text);
    if (!user) body.fail(malformed("`members` has something that is not a user id"));
    if (!user) return std::nullopt;
    return MemberEntry{*user, domain::Role::member};
  }
  Fields fields(item, "an item of `members`");
  fields.require("user_id");
  auto user = fields.user("user_id");
  auto role = fields.word<domain::Role>("role");
  if (fields.problem()) body.fail(*fields.problem());
  if (!user) return std::nullopt;
  return MemberEntry{*user, role.value_or(domain::Role::member)};
}

std::vector<MemberEntry> members_of(Fields& body, std::string_view name, const Limits& limits) {
  std::vector<MemberEntry> members;
  auto items = body.list(name);
  if (items.size() > limits.members_per_request_max) {
    body.fail(invalid("`members` has more than " + std::to_string(limits.members_per_request_max) + " items"));
    return members;
  }
  members.reserve(items.size());
  for (JsonValue item : items) {
    auto member = member_of(body, item);
    if (!member) break;
    members.push_back(*std::move(member));
  }
  return members;
}

std::vector<UserId> first_members_of(Fields& body, const Limits& limits) {
  std::vector<UserId> users;
  for (auto& member : members_of(body, "members", limits)) {
    if (member.role != domain::Role::member) {
      body.fail({422, "not_supported", "Roles are given after the conversation is created.", 0, {}});
    }
    users.push_back(std::move(member.user));
  }
  return users;
}

// Where the id is derived, the domain derives it again; a body that names another one is not what it says.
ConversationId derived_id(const domain::CreateConversation& command, const domain::Caller& caller) {
  if (!command.external_id.empty()) return domain::external_conversation_id(caller, command.external_id);
  for (const UserId& user : command.members) {
    if (user != caller.actor) return domain::direct_conversation_id(caller.actor, user);
  }
  return {};
}

void fill_id(Fields& body, domain::CreateConversation& command, const CommandInput& input) {
  auto given = body.id<ConversationId>("id");
  if (command.type == domain::ConversationType::direct || !command.external_id.empty()) {
    command.id = derived_id(command, input.caller);
    if (given && *given != command.id) body.fail(invalid("The id of this conversation is derived by the server."));
    return;
  }
  command.client_made = given.has_value();
  command.id = given ? *given : ConversationId{input.uuids.next()};
}

// The fresh id of the system message that tells of a membership.
Answered<std::optional<base::MessageId>> notice_of(std::optional<bool> quiet, const CommandInput& input) {
  if (quiet && !input.caller.service) return forbidden("`quiet` needs the scope `service`.");
  if (quiet.value_or(false)) return std::optional<base::MessageId>();
  return std::optional(base::MessageId{input.uuids.next()});
}

template <class C>
Answered<Command> finished(const Fields& fields, C command) {
  if (fields.problem()) return *fields.problem();
  return Command(std::move(command));
}
}  // namespace

Answered<Command> create_conversation_of(JsonValue body, const CommandInput& input) {
  Fields fields(body);
  domain::CreateConversation command;
  fields.require("type");
  command.type = fields.word<domain::ConversationType>("type").value_or(domain::ConversationType::group);
  command.title = title_of(fields, input.limits).value_or("");
  command.metadata = fields.json_object("metadata", input.limits.metadata_bytes_max).value_or("");
  command.external_id = external_id_of(fields, input.limits);
  command.members = first_members_of(fields, input.limits);
  command.settings = settings_of(fields);
  fill_id(fields, command, input);
  return finished(fields, std::move(command));
}

Answered<Command> update_conversation_of(const ConversationId& id, JsonValue body,
                                         std::optional<base::Version> if_match, const Limits& limits) {
  Fields fields(body);
  domain::UpdateConversation command;
  command.conversation = id;
  command.if_match = if_match;
  command.title = fields.is_null("title") ? std::string() : title_of(fields, limits);
  command.metadata =
      fields.is_null("metadata") ? std::string() : fields.json_object("metadata", limits.metadata_bytes_max);
  command.settings = settings_of(fields);
  return finished(fields, std::move(command));
}

Answered<Command> add_members_of(const ConversationId& id, JsonValue body, const CommandInput& input) {
  const Limits& limits = input.limits;
  Fields fields(body);
  domain::AddMembers command{id, {}};
  if (fields.has("members")) {
    command.members = members_of(fields, "members", limits);
  } else if (fields.has("user_ids")) {
    command.members = members_of(fields, "user_ids", limits);
  } else if (auto member = member_of(fields, body)) {
    command.members.push_back(*std::move(member));
  }
  TRY(auto notice, notice_of(fields.flag("quiet"), input));
  command.notice = notice;
  return finished(fields, std::move(command));
}

Answered<Command> remove_member_of(const ConversationId& id, const UserId& user, std::optional<bool> quiet,
                                   const CommandInput& input) {
  TRY(auto notice, notice_of(quiet, input));
  return Command(domain::RemoveMember{id, user, notice});
}

Answered<Command> change_role_of(const ConversationId& id, const UserId& user, JsonValue body) {
  Fields fields(body);
  fields.require("role");
  auto role = fields.word<domain::Role>("role");
  return finished(fields, domain::ChangeRole{id, user, role.value_or(domain::Role::member)});
}

Answered<Command> read_of(const ConversationId& id, JsonValue body) {
  Fields fields(body);
  fields.require("up_to");
  domain::Read command{id, {}, std::nullopt};
  if (fields.value("up_to").kind() == JsonValue::Kind::string) {
    command.message = fields.id<base::MessageId>("up_to");
  } else {
    command.up_to = {fields.number("up_to", kOrdinalMax).value_or(0)};
  }
  return finished(fields, command);
}

Answered<Command> delivered_of(const ConversationId& id, JsonValue body) {
  Fields fields(body);
  fields.require("up_to");
  auto up_to = fields.number("up_to", kOrdinalMax);
  return finished(fields, domain::Delivered{id, {up_to.value_or(0)}});
}

Answered<Command> mark_unread_of(const ConversationId& id, JsonValue body) {
  Fields fields(body);
  fields.require("from");
  auto from = fields.number("from", kOrdinalMax);
  return finished(fields, domain::MarkUnread{id, {from.value_or(0)}});
}

}  // namespace hansard::api
