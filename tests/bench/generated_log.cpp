#include "tests/bench/generated_log.h"

#include <cstring>
#include <stdexcept>

#include "engine/base/clock.h"
#include "engine/codec/codec.h"
#include "engine/log/bulk_log.h"

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

base::UserId actor_of(const domain::EventBody& body) {
  if (const auto* read = std::get_if<domain::ReadAdvanced>(&body)) return read->user;
  if (const auto* reaction = std::get_if<domain::ReactionAdded>(&body)) return reaction->user;
  if (const auto* created = std::get_if<domain::ConversationCreated>(&body)) return created->created_by;
  if (const auto* edited = std::get_if<domain::MessageEdited>(&body)) return edited->facts.author;
  if (const auto* deleted = std::get_if<domain::MessageDeleted>(&body)) return deleted->facts.author;
  return std::get<domain::MessageSent>(body).facts.author;
}

template <class T>
T must(base::Result<T> result) {
  if (result.has_error()) throw std::runtime_error(result.error().detail);
  return std::move(result).value();
}
void must(base::Result<void> result) {
  if (result.has_error()) throw std::runtime_error(result.error().detail);
}
}  // namespace

base::UserId GeneratedChat::member(std::size_t conversation, std::size_t number) {
  return {"user" + std::to_string((conversation * 7 + number * 13) % kPeople)};
}

std::string GeneratedChat::text() {
  std::string text;
  for (std::size_t words = 5 + random_() % 21; words > 0; --words) {
    if (!text.empty()) text += ' ';
    text += words_.word(word_law_.draw(random_));
  }
  return text;
}

domain::EventBody GeneratedChat::create(std::size_t number) const {
  domain::ConversationCreated body;
  body.conversation = numbered<base::ConversationId>(0xC0, number);
  body.created_by = member(number, 0);
  for (std::size_t i = 0; i < kMembers; ++i) {
    body.members.push_back({member(number, i), i == 0 ? domain::Role::owner : domain::Role::member});
  }
  body.content = domain::ConversationContent{"conversation " + std::to_string(number), ""};
  return body;
}

domain::EventBody GeneratedChat::send(std::size_t number) {
  Conversation& conversation = conversations_[number];
  domain::MessageFacts facts;
  facts.conversation = numbered<base::ConversationId>(0xC0, number);
  facts.message = numbered<base::MessageId>(0xA0, made_);
  facts.ordinal = {++conversation.ordinal};
  facts.author = member(number, random_() % kMembers);
  facts.created_at = facts.sent_at = {kStart + static_cast<std::int64_t>(made_)};
  conversation.recent.push_back(facts);
  if (conversation.recent.size() > kRemembered) conversation.recent.pop_front();
  domain::MessageSent body{std::move(facts), domain::MessageContent{text(), "", {}, {}}};
  return body;
}

std::optional<domain::EventBody> GeneratedChat::change(std::size_t number) {
  Conversation& conversation = conversations_[number];
  if (conversation.recent.empty()) return std::nullopt;
  const std::size_t which = random_() % conversation.recent.size();
  domain::MessageFacts facts = conversation.recent[which];
  const base::UserId who = member(number, random_() % kMembers);
  const std::size_t dice = random_() % 20;
  if (dice < 8) return domain::ReadAdvanced{facts.conversation, who, {conversation.ordinal}};
  if (dice < 13) return domain::MessageEdited{std::move(facts), domain::MessageContent{text(), "", {}, {}}};
  if (dice < 18) return domain::ReactionAdded{facts.conversation, facts.message, facts.ordinal, who, {{"+1"}}};
  conversation.recent.erase(conversation.recent.begin() + static_cast<std::ptrdiff_t>(which));
  return domain::MessageDeleted{std::move(facts)};
}

domain::RecordedEvent GeneratedChat::next() {
  ++made_;
  const std::size_t number = made_ <= kConversations ? made_ - 1 : conversation_law_.draw(random_);
  std::optional<domain::EventBody> body;
  if (made_ <= kConversations) {
    body = create(number);
  } else if (random_() % 5 == 0) {
    body = change(number);
  }
  domain::RecordedEvent event;
  event.body = body ? *std::move(body) : send(number);
  event.position = {made_};
  event.stream = domain::stream_of(*event.body);
  event.version = {++versions_[event.stream]};
  event.time = {kStart + static_cast<std::int64_t>(made_)};
  event.actor = actor_of(*event.body);
  event.raw_type = static_cast<std::uint16_t>(domain::type_of(*event.body));
  base::random_bytes(event.command);
  base::random_bytes(event.fingerprint);
  return event;
}

void make_log(const std::string& data, std::uint64_t events, const std::function<domain::RecordedEvent()>& next) {
  auto log = must(log::BulkLog::create(data));
  auto stretch = must(log->begin({1}));
  std::string record;
  for (std::uint64_t i = 0; i < events; ++i) {
    const domain::RecordedEvent event = next();
    codec::EncodeInput input{event};
    base::random_bytes(input.actor_hash);
    base::random_bytes(input.facts_salt);
    base::random_bytes(input.content_salt);
    record.clear();
    codec::encode(input, record);
    must(stretch->put(record));
  }
  must(stretch->end());
  log::BulkIdentity identity;
  identity.cluster.fill(1);
  must(log->finish(identity));
}

void make_chat_log(const std::string& data, std::uint64_t events) {
  GeneratedChat chat;
  make_log(data, events, [&chat] { return chat.next(); });
}

}  // namespace hansard::bench
