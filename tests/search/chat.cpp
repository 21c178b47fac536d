#include "tests/search/chat.h"

#include <sstream>

namespace hansard::search {

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

std::vector<Spelling> plain(const std::string& text) {
  std::vector<Spelling> words;
  std::istringstream in(text);
  for (std::string word; in >> word;) words.push_back({word, word, false});
  return words;
}

void Chat::append(domain::EventBody body, const std::string& actor) {
  domain::RecordedEvent event;
  event.stream = domain::stream_of(body);
  event.actor = {actor};
  event.raw_type = static_cast<std::uint16_t>(domain::type_of(body));
  event.time = {kStart + static_cast<std::int64_t>(engine.durable().value) * 1000};
  event.body = std::move(body);
  engine.append(std::move(event));
}

base::ConversationId Chat::create(const std::vector<std::string>& members, bool from_join) {
  domain::ConversationCreated body;
  body.conversation = numbered<base::ConversationId>(0xC0, rooms_.size() + 1);
  Room& room = rooms_[body.conversation];
  room.from_join = from_join;
  for (const auto& user : members) {
    body.members.push_back({{user}, domain::Role::member});
    room.members[user] = {true, {}};
  }
  body.created_by = {members.front()};
  auto id = body.conversation;
  append(std::move(body), members.front());
  return id;
}

void Chat::join(const base::ConversationId& id, const std::string& user) {
  Room& room = rooms_[id];
  room.members[user] = {true, {room.last}};
  append(domain::MemberAdded{id, {{{user}, domain::Role::member}}, {room.last}}, user);
}

void Chat::leave(const base::ConversationId& id, const std::string& user) {
  rooms_[id].members[user].member = false;
  append(domain::MemberRemoved{id, {user}}, user);
}

void Chat::noise() {
  const auto& [id, room] = *rooms_.begin();
  append(domain::ReadAdvanced{id, {"ann"}, {1}}, "ann");
}

domain::MessageContent Chat::content_of(const Said& message) const {
  domain::MessageContent content;
  for (const auto& word : message.words) content.text += (content.text.empty() ? "" : " ") + word.written;
  for (const auto& user : message.mentioned) content.mentions.push_back({{user}, 0, 1, true});
  if (message.has_file) content.attachments.push_back({numbered<base::FileId>(0xF1, 1), "image/png", "a.png", 10});
  return content;
}

Said& Chat::send(const base::ConversationId& id, const std::string& author, std::vector<Spelling> words,
                 Options options) {
  Said message;
  message.conversation = id;
  message.ordinal = {++rooms_[id].last};
  message.words = std::move(words);
  message.mentioned = std::move(options.mentioned);
  message.has_file = options.has_file;
  message.facts.conversation = id;
  message.facts.message = numbered<base::MessageId>(0xA0, ++messages_);
  message.facts.ordinal = message.ordinal;
  message.facts.author = {author};
  message.facts.type = options.type;
  message.facts.sent_at = {kStart + static_cast<std::int64_t>(engine.durable().value) * 1000};
  message.facts.created_at = options.created_at != 0 ? base::Timestamp{options.created_at} : message.facts.sent_at;
  append(domain::MessageSent{message.facts, content_of(message)}, author);
  said.push_back(std::move(message));
  return said.back();
}

Said& Chat::send(const base::ConversationId& id, const std::string& author, const std::string& text) {
  return send(id, author, plain(text), {});
}

void Chat::edit(Said& message, std::vector<Spelling> words) {
  message.words = std::move(words);
  append(domain::MessageEdited{message.facts, content_of(message)}, message.facts.author.value);
}
void Chat::edit(Said& message, const std::string& text) { edit(message, plain(text)); }

void Chat::erase_by_edit(Said& message) {
  message.is_live = false;
  append(domain::MessageEdited{message.facts, std::nullopt}, message.facts.author.value);
}
void Chat::remove(Said& message) {
  message.is_live = false;
  append(domain::MessageDeleted{message.facts}, message.facts.author.value);
}
void Chat::expire(Said& message) {
  message.is_live = false;
  append(domain::MessageExpired{message.facts}, message.facts.author.value);
}

std::vector<Seat> Chat::seats(const std::string& user) const {
  std::vector<Seat> seats;
  for (const auto& [id, room] : rooms_) {
    auto found = room.members.find(user);
    if (found == room.members.end() || !found->second.member) continue;
    seats.push_back({id, room.from_join ? found->second.joined_after : base::Ordinal{}});
  }
  return seats;
}

bool Chat::may_see(const std::string& user, const Said& message) const {
  const Room& room = rooms_.at(message.conversation);
  auto found = room.members.find(user);
  if (found == room.members.end() || !found->second.member) return false;
  return !room.from_join || message.ordinal > found->second.joined_after;
}

std::vector<const Said*> Chat::expected(const std::string& user, const std::function<bool(const Said&)>& wanted) const {
  std::vector<const Said*> found;
  for (auto message = said.rbegin(); message != said.rend(); ++message) {
    if (message->is_live && may_see(user, *message) && wanted(*message)) found.push_back(&*message);
  }
  return found;
}

}  // namespace hansard::search
