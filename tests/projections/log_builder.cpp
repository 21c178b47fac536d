#include "tests/projections/log_builder.h"

namespace hansard::projections {

namespace {
constexpr std::int64_t kStart = 1'700'000'000'000;

template <class Id>
Id numbered(std::uint8_t kind, std::uint64_t number) {
  Id id;
  id.bytes[0] = kind;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

std::vector<domain::MemberEntry> entries(const std::vector<std::string>& users) {
  std::vector<domain::MemberEntry> members;
  for (const auto& user : users) members.push_back({{user}, domain::Role::member});
  return members;
}
}  // namespace

base::ConversationId conversation_id(std::uint64_t number) { return numbered<base::ConversationId>(0xC0, number); }
base::MessageId message_id(std::uint64_t number) { return numbered<base::MessageId>(0xA0, number); }
base::FileId file_id(std::uint64_t number) { return numbered<base::FileId>(0xF0, number); }
base::Timestamp time_of(base::Position position) { return {kStart + static_cast<std::int64_t>(position.value) * 1000}; }
domain::Mention mention_of(const std::string& user, bool counts) { return {{user}, 0, 1, counts}; }

void LogBuilder::append(domain::RecordedEvent event) {
  event.position = end().next();
  event.version = {++versions_[event.stream]};
  event.time = time_of(event.position);
  events_.push_back(std::make_shared<const domain::RecordedEvent>(std::move(event)));
}

void LogBuilder::append(domain::EventBody body, const std::string& actor) {
  domain::RecordedEvent event;
  event.stream = domain::stream_of(body);
  event.actor = {actor};
  event.raw_type = static_cast<std::uint16_t>(domain::type_of(body));
  event.body = std::move(body);
  append(std::move(event));
}

void LogBuilder::amend(const std::function<void(domain::RecordedEvent&)>& change) {
  domain::RecordedEvent event = *events_.back();
  change(event);
  events_.back() = std::make_shared<const domain::RecordedEvent>(std::move(event));
}

base::ConversationId LogBuilder::create(const std::vector<std::string>& members, domain::Settings settings,
                                        const std::string& external_id, domain::ConversationType type) {
  domain::ConversationCreated body;
  body.conversation = conversation_id(ordinals_.size() + 1);
  body.type = type;
  body.created_by = {members.front()};
  body.external_id = external_id;
  body.members = entries(members);
  body.members.front().role = domain::Role::owner;
  body.settings = settings;
  body.content = domain::ConversationContent{"title", "{}"};
  ordinals_[body.conversation] = 0;
  base::ConversationId id = body.conversation;
  append(std::move(body), members.front());
  return id;
}

void LogBuilder::update(const base::ConversationId& id, const std::string& title, domain::Settings settings) {
  append(domain::ConversationUpdated{id, settings, domain::ConversationContent{title, ""}}, "ann");
}
void LogBuilder::close(const base::ConversationId& id) { append(domain::ConversationClosed{id}, "ann"); }

void LogBuilder::join(const base::ConversationId& id, const std::vector<std::string>& users) {
  append(domain::MemberAdded{id, entries(users), {ordinals_[id]}}, users.front());
}
void LogBuilder::leave(const base::ConversationId& id, const std::string& user) {
  append(domain::MemberRemoved{id, {user}}, user);
}
void LogBuilder::change_role(const base::ConversationId& id, const std::string& user, domain::Role role) {
  append(domain::MemberRoleChanged{id, {user}, role}, "ann");
}

domain::MessageFacts LogBuilder::send(const base::ConversationId& id, const std::string& author, SendOptions options) {
  domain::MessageFacts facts;
  facts.conversation = id;
  facts.message = message_id(++messages_);
  facts.ordinal = {++ordinals_[id]};
  facts.author = {author};
  facts.type = options.type;
  facts.created_at = facts.sent_at = time_of(end().next());
  facts.forwarded_from = options.forwarded_from;
  if (options.reply_to) {
    facts.reply_to = options.reply_to->message;
    facts.reply_to_ordinal = options.reply_to->ordinal;
  }
  domain::MessageSent body{facts, std::nullopt, options.files};
  if (!options.erased) body.content = domain::MessageContent{options.text, "", std::move(options.mentions), {}};
  if (!options.erased) {
    for (const auto& file : options.files) body.content->attachments.push_back({file, "image/png", "a.png", 3});
  }
  append(std::move(body), author);
  if (options.erased) erase(facts);
  return facts;
}
domain::MessageFacts LogBuilder::send(const base::ConversationId& id, const std::string& author,
                                      const std::string& text) {
  SendOptions options;
  options.text = text;
  return send(id, author, std::move(options));
}
void LogBuilder::edit(const domain::MessageFacts& facts, const std::string& text,
                      std::vector<domain::Mention> mentions) {
  append(domain::MessageEdited{facts, domain::MessageContent{text, "", std::move(mentions), {}}}, facts.author.value);
}
void LogBuilder::remove(const domain::MessageFacts& facts) {
  append(domain::MessageDeleted{facts}, facts.author.value);
}

void LogBuilder::expire(const domain::MessageFacts& facts) { append(domain::MessageExpired{facts}, ""); }
void LogBuilder::erase_edit(const domain::MessageFacts& facts) {
  append(domain::MessageEdited{facts, std::nullopt}, facts.author.value);
  erase(facts);
}
void LogBuilder::erase(const domain::MessageFacts& facts) { append(domain::MessageErased{facts, {}}, ""); }
void LogBuilder::react(const domain::MessageFacts& facts, const std::string& user, std::optional<std::string> emoji,
                       bool add) {
  std::optional<domain::ReactionContent> content;
  if (emoji) content = domain::ReactionContent{*std::move(emoji)};
  if (add) {
    append(domain::ReactionAdded{facts.conversation, facts.message, facts.ordinal, {user}, std::move(content)}, user);
  } else {
    append(domain::ReactionRemoved{facts.conversation, facts.message, facts.ordinal, {user}, std::move(content)}, user);
  }
}

domain::MessageFacts LogBuilder::schedule(const base::ConversationId& id, const std::string& author,
                                          base::Timestamp send_at, bool erased,
                                          const std::vector<base::FileId>& files) {
  domain::SendScheduled body;

  body.draft.conversation = id;
  body.draft.message = message_id(++messages_);
  body.draft.author = {author};
  body.draft.created_at = body.draft.sent_at = time_of(end().next());
  body.send_at = send_at;
  if (!erased) body.content = domain::MessageContent{"later", "", {}, {}};
  for (const auto& file : files) body.content.value().attachments.push_back({file, "image/png", "a.png", 3});
  domain::MessageFacts draft = body.draft;
  append(std::move(body), author);
  return draft;
}
void LogBuilder::cancel(const domain::MessageFacts& draft, const std::string& reason) {
  append(domain::ScheduleCancelled{draft.conversation, draft.message, draft.author, reason}, draft.author.value);
}
domain::MessageFacts LogBuilder::send_scheduled(const domain::MessageFacts& draft) {
  domain::MessageFacts facts = draft;
  facts.ordinal = {++ordinals_[draft.conversation]};
  facts.created_at = facts.sent_at = time_of(end().next());
  append(domain::MessageSent{facts, domain::MessageContent{"later", "", {}, {}}, {}, true}, draft.author.value);
  return facts;
}
base::FileId LogBuilder::upload(const std::string& owner, const base::Digest& sha256, bool erased) {
  domain::FileUploaded body{{owner}, file_id(++files_), sha256, 3, std::nullopt};
  if (!erased) body.content = domain::FileContent{"a.png", "image/png"};
  append(std::move(body), owner);
  if (erased) collect(owner, file_id(files_));
  return file_id(files_);
}
void LogBuilder::collect(const std::string& owner, const base::FileId& file) {
  append(domain::FileCollected{{owner}, file}, "");
}

void LogBuilder::read(const base::ConversationId& id, const std::string& user, std::uint64_t up_to) {
  append(domain::ReadAdvanced{id, {user}, {up_to}}, user);
}
void LogBuilder::deliver(const base::ConversationId& id, const std::string& user, std::uint64_t up_to) {
  append(domain::DeliveredAdvanced{id, {user}, {up_to}}, user);
}
void LogBuilder::mark(const base::ConversationId& id, const std::string& user, std::uint64_t from) {
  append(domain::UnreadMarked{id, {user}, {from}}, user);
}
void LogBuilder::flag(const base::ConversationId& id, const std::string& user, bool archived, bool muted, bool pinned) {
  append(domain::ConversationFlagged{id, {user}, archived, muted, pinned}, user);
}
void LogBuilder::unknown(const base::ConversationId& id) {
  domain::RecordedEvent event;
  event.stream = base::stream_of(id);
  event.actor = {"ann"};
  event.raw_type = 999;
  append(std::move(event));
}

}  // namespace hansard::projections
