#include "tests/api/transport_fakes.h"

#include <algorithm>

#include "api/dispatcher_members.h"
#include "api/position_text.h"

namespace hansard::test {

using domain::RecordedEvent;

base::Result<std::vector<engine::EventPtr>> FakeEngine::read(Position after, std::size_t events_max) const {
  std::vector<engine::EventPtr> page;
  for (auto at = after.value; at < durable().value && page.size() < events_max; ++at) page.push_back(events[at]);
  return page;
}

base::Result<engine::EventPtr> FakeEngine::get(Position at) const {
  if (at > durable()) return base::error(base::ErrorCode::not_found, "above durable");
  return events[at.value - 1];
}

ConversationId History::conversation(std::size_t i) {
  ConversationId id;
  id.bytes.fill(static_cast<std::uint8_t>(i + 1));
  return id;
}

bool History::is_member(std::size_t where, std::size_t who) const {
  auto at = conversations_.find(where);
  return at != conversations_.end() && at->second.members.contains(who);
}

void History::append(unsigned kind, unsigned where, unsigned who, unsigned other) {
  where %= kConversations;
  who %= kUsers;
  other %= kUsers;
  if (!conversations_.contains(where)) return create(where, who, other);
  bool is_in = is_member(where, who);
  const auto messages = conversations_[where].messages.size();
  switch (kind % 14) {
    case 0:
      return is_in ? remove(where, who) : add(where, who);
    case 1:
      return is_in ? read(where, who, true) : add(where, who);
    case 2:
      return is_in ? read(where, who, false) : add(where, who);
    case 3:
      if (is_in) return mark(where, who);
      break;
    case 4:
    case 5:
      if (is_in && !conversations_[where].messages.empty()) return change(where, who, kind % 14 == 5);
      break;
    case 6:
    case 7:
      if (is_in && messages > 0) return react(where, who, 1 + other % messages, kind % 14 == 6);
      break;
    case 8:
      if (messages > 0) return expire(where, 1 + other % messages);
      break;
    case 9:
      return keep_to_himself(where, who, other);
    default:
      break;
  }
  return is_in ? send(where, who) : add(where, who);
}

void History::push(domain::EventBody body, const UserId& actor, base::Version version) {
  RecordedEvent event;
  event.position = {engine_.events.size() + 1};
  event.stream = domain::stream_of(body);
  event.version = version;
  event.time = {static_cast<std::int64_t>(event.position.value)};
  event.actor = actor;
  event.raw_type = static_cast<std::uint16_t>(domain::type_of(body));
  event.body = std::move(body);
  engine_.events.push_back(std::make_shared<const RecordedEvent>(std::move(event)));
}

void History::create(std::size_t where, std::size_t who, std::size_t other) {
  auto& state = conversations_[where];
  domain::ConversationCreated body;
  body.conversation = conversation(where);
  body.created_by = user(who);
  body.members = {{user(who), domain::Role::owner}};
  state.members[who] = true;
  if (other != who) body.members.push_back({user(other), domain::Role::member});
  if (other != who) state.members[other] = true;
  state.version = {1};
  push(std::move(body), user(who), state.version);
}

void History::add(std::size_t where, std::size_t who) {
  auto& state = conversations_[where];
  state.members[who] = true;
  state.version = state.version.next();
  push(domain::MemberAdded{conversation(where), {{user(who), domain::Role::member}}, {state.messages.size()}},
       user(who), state.version);
}

void History::remove(std::size_t where, std::size_t who) {
  auto& state = conversations_[where];
  state.members.erase(who);
  state.version = state.version.next();
  push(domain::MemberRemoved{conversation(where), user(who)}, user(who), state.version);
}

void History::send(std::size_t where, std::size_t who) {
  auto& state = conversations_[where];
  domain::MessageSent body;
  body.facts.conversation = conversation(where);
  body.facts.ordinal = {state.messages.size() + 1};
  body.facts.author = user(who);
  body.facts.message.bytes.fill(static_cast<std::uint8_t>(100 + where));
  body.facts.message.bytes[0] = static_cast<std::uint8_t>(state.messages.size());
  body.content = domain::MessageContent{"text", "", {}, {}};
  state.messages.push_back(body.facts);
  state.version = state.version.next();
  push(std::move(body), user(who), state.version);
}

void History::change(std::size_t where, std::size_t who, bool is_delete) {
  auto& state = conversations_[where];
  const auto& facts = state.messages[(who + engine_.events.size()) % state.messages.size()];
  state.version = state.version.next();
  if (is_delete) return push(domain::MessageDeleted{facts}, user(who), state.version);
  push(domain::MessageEdited{facts, domain::MessageContent{"edited", "", {}, {}}}, user(who), state.version);
}

void History::expire(std::size_t where, std::size_t ordinal) {
  auto& state = conversations_[where];
  state.version = state.version.next();
  push(domain::MessageExpired{state.messages.at(ordinal - 1)}, {}, state.version);
}

void History::react(std::size_t where, std::size_t who, std::size_t ordinal, bool added) {
  auto& state = conversations_[where];
  const auto& facts = state.messages.at(ordinal - 1);
  const domain::ReactionContent content{"+"};
  state.version = state.version.next();
  if (added) {
    push(domain::ReactionAdded{facts.conversation, facts.message, facts.ordinal, user(who), content}, user(who),
         state.version);
  } else {
    push(domain::ReactionRemoved{facts.conversation, facts.message, facts.ordinal, user(who), content}, user(who),
         state.version);
  }
}

void History::keep_to_himself(std::size_t where, std::size_t who, unsigned kind) {
  const UserId own = user(who);
  domain::SendScheduled waiting;
  waiting.draft.conversation = conversation(where);
  waiting.draft.author = own;
  const domain::EventBody bodies[] = {
      domain::ProfileUpdated{own, domain::ProfileContent{"name", "", ""}},
      domain::UserBlocked{own, user(who + 1)},
      waiting,
      domain::ScheduleCancelled{conversation(where), {}, own, "no"},
      domain::NotificationDue{conversation(where), {}, {1}, own},
  };
  push(bodies[kind % std::size(bodies)], own, {1});
}

void History::read(std::size_t where, std::size_t who, bool is_read) {
  Ordinal up_to{conversations_[where].messages.size()};
  if (is_read) return push(domain::ReadAdvanced{conversation(where), user(who), up_to}, user(who), {1});
  push(domain::DeliveredAdvanced{conversation(where), user(who), up_to}, user(who), {1});
}

void History::mark(std::size_t where, std::size_t who) {
  push(domain::UnreadMarked{conversation(where), user(who), {1}}, user(who), {1});
}

bool is_member_at(const FakeEngine& engine, const UserId& user, const ConversationId& conversation, Position at) {
  bool is_in = false;
  for (std::size_t i = 0; i < at.value; ++i) {
    api::for_each_change(*engine.events[i], [&](const api::MembershipChange& change) {
      if (change.user == user && change.conversation == conversation) is_in = change.joined;
    });
  }
  return is_in;
}

bool is_private(const RecordedEvent& event) {
  using domain::EventType;
  constexpr EventType kPrivate[] = {EventType::profile_updated, EventType::user_blocked, EventType::send_scheduled,
                                    EventType::schedule_cancelled, EventType::notification_due};
  return std::ranges::find(kPrivate, domain::type_of(*event.body)) != std::end(kPrivate);
}

bool concerns(const FakeEngine& engine, const UserId& user, const RecordedEvent& event) {
  auto conversation = *api::conversation_of(event);
  return is_member_at(engine, user, conversation, event.position) ||
         is_member_at(engine, user, conversation, {event.position.value - 1});
}

std::string member_of(const std::string& frame, const std::string& name) {
  auto at = frame.find("\"" + name + "\":");
  if (at == std::string::npos) return {};
  at += name.size() + 3;
  if (frame[at] == '"') ++at;
  return frame.substr(at, frame.find_first_of("\",}", at) - at);
}

Seen seen_of(const std::string& frame) {
  auto member = [&](const std::string& name) {
    auto at = frame.find("\"" + name + "\":\"");
    if (at == std::string::npos) return std::string();
    at += name.size() + 4;
    return frame.substr(at, frame.find('"', at) - at);
  };
  auto position = api::parse_position(member("position"));
  return {member("type"), position ? position->position.value : 0};
}

}  // namespace hansard::test
