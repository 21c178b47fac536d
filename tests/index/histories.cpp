#include "tests/index/histories.h"

#include <utility>

namespace hansard::index {

// xorshift64*: a history must be the same on every machine.
std::uint64_t History::below(std::uint64_t limit) {
  random_ ^= random_ >> 12;
  random_ ^= random_ << 25;
  random_ ^= random_ >> 27;
  return (random_ * 0x2545F4914F6CDD1Dull >> 33) % limit;
}

domain::ConversationId History::some_conversation() {
  domain::ConversationId id;
  id.bytes[0] = static_cast<std::uint8_t>(below(5) + 1);
  id.bytes[6] = 0x70;
  return id;
}

domain::MessageId History::some_message() {
  domain::MessageId id;
  id.bytes[0] = 0xAA;
  id.bytes[1] = static_cast<std::uint8_t>(below(60));
  return id;
}

domain::UserId History::some_user() { return {std::string("user-") + static_cast<char>('a' + below(6))}; }

domain::Ordinal History::some_ordinal() { return {below(12)}; }

domain::Command History::some_command() {
  const auto conversation = some_conversation();
  switch (below(16)) {
    case 0: {
      domain::CreateConversation create;
      create.id = conversation;
      create.members = {some_user(), some_user(), some_user()};
      if (below(2) == 0) create.settings.slow_mode_s = 1;
      return create;
    }
    case 1:
      return domain::AddMembers{conversation, {{some_user(), domain::Role::member}}};
    case 2:
      return domain::RemoveMember{conversation, some_user()};
    case 3:
      return domain::ChangeRole{conversation, some_user(), domain::Role::admin};
    case 4: {
      domain::UpdateConversation update;
      update.conversation = conversation;
      update.title = "title " + std::to_string(below(3));
      return update;
    }
    case 5:
      return domain::DeleteMessage{some_message(), std::nullopt};
    case 6: {
      domain::EditMessage edit;
      edit.message = some_message();
      edit.text = "text " + std::to_string(below(100));
      return edit;
    }
    case 7:
      return domain::Read{conversation, some_ordinal(), std::nullopt};
    case 8:
      return domain::Delivered{conversation, some_ordinal()};
    case 9:
      return domain::MarkUnread{conversation, some_ordinal()};
    case 10:
      return domain::FlagConversation{conversation, below(2) == 0, std::nullopt, below(2) == 0};
    case 11:
    case 12: {
      domain::React react;
      react.message = some_message();
      react.emoji = below(2) == 0 ? "+1" : "heart";
      return react;
    }
    case 13:
      return domain::BlockUser{some_user(), true};
    default: {
      domain::SendMessage send;
      send.conversation = conversation;
      send.id = some_message();
      send.client_made = true;
      send.content.text = "text";
      return send;
    }
  }
}

std::vector<domain::RecordedEvent> History::step() {
  domain::Caller caller;
  caller.actor = caller.subject = some_user();
  const domain::Timestamp now{1'704'067'200'000 + static_cast<std::int64_t>(events_.size()) * 700};
  auto decision = domain::decide(state_, some_command(), caller, now, {});
  auto* accepted = std::get_if<domain::Accepted>(&decision);
  if (accepted == nullptr) return {};
  const bool has_id = below(3) != 0;
  std::vector<domain::RecordedEvent> appended;
  for (auto& body : accepted->events) {
    domain::RecordedEvent event;
    event.position = {events_.size() + 1};
    event.stream = domain::stream_of(body);
    event.version = state_.stream_version(event.stream).next();
    event.time = now;
    event.actor = caller.actor;
    if (has_id) {
      event.command = base::hmac_sha256_short("command", std::to_string(event.position.value));
      event.fingerprint = event.command;
    }
    event.body = std::move(body);
    state_.apply(event);
    events_.push_back(event);
    appended.push_back(std::move(event));
  }
  return appended;
}

}  // namespace hansard::index
