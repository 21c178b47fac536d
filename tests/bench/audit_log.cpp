#include "tests/bench/audit_log.h"

namespace hansard::bench {

namespace {
constexpr std::int64_t kStart = 1'700'000'000'000;

template <class Id>
Id numbered(std::uint8_t kind, std::uint64_t number) {
  Id id;
  id.bytes[0] = kind;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}
}  // namespace

AuditLog::AuditLog() : conversation_law_(kConversations, 0.9), user_law_(kUsers, 0.8), talks_(kConversations) {}

base::ConversationId AuditLog::conversation(std::size_t number) { return numbered<base::ConversationId>(0xC0, number); }
base::MessageId AuditLog::message(std::uint64_t position) { return numbered<base::MessageId>(0xA0, position); }
base::UserId AuditLog::user(std::size_t number) { return {"user" + std::to_string(number)}; }
base::Timestamp AuditLog::time_of(base::Position at) { return {kStart + static_cast<std::int64_t>(at.value)}; }

domain::RecordedEvent AuditLog::recorded(domain::EventBody body, const base::UserId& actor) {
  domain::RecordedEvent event;
  event.position = {++made_};
  event.stream = domain::stream_of(body);
  event.time = time_of(event.position);
  event.actor = actor;
  event.raw_type = static_cast<std::uint16_t>(domain::type_of(body));
  event.body = std::move(body);
  return event;
}

domain::EventBody AuditLog::created(std::size_t number) const {
  domain::ConversationCreated body;
  body.conversation = conversation(number);
  body.created_by = user(number);
  body.members = {{user(number), domain::Role::owner}, {user(number + 1)}};
  body.content = domain::ConversationContent{"room " + std::to_string(number), ""};
  return body;
}

domain::EventBody AuditLog::sent(std::size_t number, const base::UserId& author) {
  Talk& talk = talks_[number];
  talk.newest = {};
  talk.newest.conversation = conversation(number);
  talk.newest.message = message(made_ + 1);
  talk.newest.ordinal = {++talk.ordinal};
  talk.newest.author = author;
  talk.newest.created_at = talk.newest.sent_at = time_of({made_ + 1});
  talk.is_live = true;
  return domain::MessageSent{
      talk.newest, domain::MessageContent{"a message of some eleven words that nobody will ever read", "", {}, {}}};
}

domain::EventBody AuditLog::happened(std::size_t number, const base::UserId& user) {
  Talk& talk = talks_[number];
  const std::uint64_t kind = random_() % 100;
  if (kind < 68 || !talk.is_live) return sent(number, user);
  const domain::MessageFacts& facts = talk.newest;
  if (kind < 82) return domain::ReadAdvanced{facts.conversation, user, facts.ordinal};
  if (kind < 92) return domain::DeliveredAdvanced{facts.conversation, user, facts.ordinal};
  if (kind < 95) return domain::MessageEdited{facts, domain::MessageContent{"another text", "", {}, {}}};
  if (kind < 99) return domain::ReactionAdded{facts.conversation, facts.message, facts.ordinal, user, {{"+1"}}};
  talk.is_live = false;
  return domain::MessageDeleted{facts};
}

domain::RecordedEvent AuditLog::next() {
  const bool is_new = made_ < kConversations;
  const std::size_t number = is_new ? made_ : conversation_law_.draw(random_);
  const base::UserId who = is_new ? user(number) : user(user_law_.draw(random_));
  domain::EventBody body = is_new ? created(number) : happened(number, who);
  domain::RecordedEvent event = recorded(std::move(body), who);
  const bool is_shared = event.stream == base::stream_of(conversation(number));
  event.version = {is_shared ? ++talks_[number].version : 1};
  return event;
}

}  // namespace hansard::bench
