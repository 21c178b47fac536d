#include "tests/domain/world.h"

#include <stdexcept>

#include <catch2/catch.hpp>

namespace hansard::domain::testing {
namespace {

template <class Id>
Id numbered(std::uint8_t number, std::uint8_t uuid_version) {
  Id id;
  id.bytes[6] = static_cast<std::uint8_t>(uuid_version << 4);
  id.bytes[8] = 0x80;
  id.bytes[15] = number;
  return id;
}

std::vector<UserId> users(const std::vector<std::string>& names) {
  std::vector<UserId> users;
  for (const auto& name : names) users.push_back(user(name));
  return users;
}

}  // namespace

UserId user(const std::string& name) { return {name}; }
ConversationId conversation_id(std::uint8_t number) { return numbered<ConversationId>(number, 7); }
MessageId message_id(std::uint8_t number) { return numbered<MessageId>(number, 7); }
FileId file_id(std::uint8_t number) { return numbered<FileId>(number, 7); }

Caller as(const std::string& name) {
  Caller caller;
  caller.subject = caller.actor = user(name);
  return caller;
}

Caller service_as(const std::string& name) {
  Caller caller;
  caller.subject = user("backend");
  caller.actor = user(name);
  caller.service = true;
  return caller;
}

Caller admin_as(const std::string& name) {
  Caller caller = as(name);
  caller.admin = true;
  return caller;
}

Caller server_about(const std::string& name) {
  Caller caller;
  caller.actor = user(name);
  caller.server = true;
  return caller;
}

CreateConversation group(std::uint8_t number, const std::vector<std::string>& members) {
  CreateConversation command;
  command.id = conversation_id(number);
  command.client_made = true;
  command.members = users(members);
  return command;
}

CreateConversation direct(const std::vector<std::string>& members) {
  CreateConversation command;
  command.type = ConversationType::direct;
  command.members = users(members);
  return command;
}

SendMessage text(std::uint8_t message, const std::string& content, std::uint8_t conversation) {
  SendMessage command;
  command.conversation = conversation_id(conversation);
  command.id = message_id(message);
  command.client_made = true;
  command.content.text = content;
  return command;
}

EditMessage edit(std::uint8_t message, const std::string& content) {
  EditMessage command;
  command.message = message_id(message);
  command.text = content;
  return command;
}

DeleteMessage erase_for_all(std::uint8_t message) { return {message_id(message), std::nullopt}; }

AddMembers add(const std::vector<MemberEntry>& members, std::uint8_t conversation) {
  return {conversation_id(conversation), members};
}

RemoveMember remove(const std::string& name, std::uint8_t conversation) {
  return {conversation_id(conversation), user(name)};
}

ChangeRole make(const std::string& name, Role role, std::uint8_t conversation) {
  return {conversation_id(conversation), user(name), role};
}

Read read_to(std::uint64_t ordinal, std::uint8_t conversation) {
  return {conversation_id(conversation), Ordinal{ordinal}, std::nullopt};
}

Read read_message(std::uint8_t message) { return {{}, {}, message_id(message)}; }

Delivered delivered_to(std::uint64_t ordinal, std::uint8_t conversation) {
  return {conversation_id(conversation), Ordinal{ordinal}};
}

MarkUnread unread_from(std::uint64_t ordinal, std::uint8_t conversation) {
  return {conversation_id(conversation), Ordinal{ordinal}};
}

UpdateConversation titled(const std::string& title, std::uint8_t conversation) {
  UpdateConversation command;
  command.conversation = conversation_id(conversation);
  command.title = title;
  return command;
}

UpdateConversation with_settings(const SettingsPatch& patch, std::uint8_t conversation) {
  UpdateConversation command;
  command.conversation = conversation_id(conversation);
  command.settings = patch;
  return command;
}

CloseConversation close(std::uint8_t conversation) { return {conversation_id(conversation)}; }

React react(std::uint8_t message, const std::string& emoji) { return {message_id(message), emoji, true}; }
React unreact(std::uint8_t message, const std::string& emoji) { return {message_id(message), emoji, false}; }

ForwardMessage forward(std::uint8_t message, const ConversationId& to, std::uint8_t id) {
  return {message_id(message), to, message_id(id), true};
}

BlockUser block(const std::string& name) { return {user(name), true}; }
BlockUser unblock(const std::string& name) { return {user(name), false}; }

PutProfile profile(const std::string& name, const std::string& display_name) {
  return {user(name), {display_name, "", ""}};
}

ConversationId direct_of(const std::string& a, const std::string& b) {
  return direct_conversation_id(user(a), user(b));
}

Decision World::ask(const Caller& caller, const Command& command) const {
  return decide(state, command, caller, now, rules);
}

Decision World::perform(const Caller& caller, const Command& command) {
  Decision decision = ask(caller, command);
  if (const auto* yes = std::get_if<Accepted>(&decision)) {
    for (const auto& body : yes->events) happened(body, caller.actor);
  }
  return decision;
}

Accepted World::given(const Caller& caller, const Command& command) { return accepted(perform(caller, command)); }

RecordedEvent World::happened(const EventBody& body, const UserId& actor) {
  RecordedEvent event;
  event.stream = stream_of(body);
  event.actor = actor;
  event.raw_type = static_cast<std::uint16_t>(type_of(body));
  event.body = body;
  return record(std::move(event));
}

RecordedEvent World::happened_unknown(const base::StreamId& stream) {
  RecordedEvent event;
  event.stream = stream;
  event.raw_type = 9'999;
  return record(std::move(event));
}

RecordedEvent World::record(RecordedEvent event) {
  event.position = Position{log.size() + 1};
  event.version = state.stream_version(event.stream).next();
  event.time = now;
  state.apply(event);
  log.push_back(event);
  return event;
}

World group_of_three() {
  World world;
  world.given(as("anna"), group(1, {"ben", "carl"}));
  return world;
}

RejectionCode code_of(const Decision& decision) {
  const auto* no = std::get_if<Rejection>(&decision);
  if (!no) throw std::logic_error("accepted, where a rejection was expected");
  return no->code;
}

const Accepted& accepted(const Decision& decision) {
  if (const auto* no = std::get_if<Rejection>(&decision)) throw std::logic_error("rejected: " + no->detail);
  return std::get<Accepted>(decision);
}

bool changes_nothing(const Decision& decision) { return accepted(decision).events.empty(); }

}  // namespace hansard::domain::testing
