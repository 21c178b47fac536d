#include "projections/search/index_fold.h"

#include "projections/search/tags.h"
#include "projections/search/token_stream.h"
#include "projections/search/tokenizer.h"

namespace hansard::search {

namespace {
// The text's tokens are counted on the way.
Indexed indexed(const domain::MessageFacts& facts, const domain::MessageContent& content, ConversationNumber number,
                std::uint32_t& words) {
  thread_local TokenList list;
  tokenize(content.text, list);
  words = list.positions();
  std::vector<std::string> tags = tags_of(facts, content);
  tags.push_back(conversation_tag(number));
  return {content.text, token_stream(tags), token_stream(list)};
}
}  // namespace

base::Result<void> IndexFold::add(const domain::RecordedEvent& event) {
  bool follows = event.position == changes_.position.next();
  if (!follows || !apply(event)) {
    return base::error(base::ErrorCode::corrupt,
                       "the event at position " + std::to_string(event.position.value) + " cannot be indexed" +
                           (follows ? "" : ": it does not follow " + std::to_string(changes_.position.value)));
  }
  changes_.position = event.position;
  return base::success();
}

void IndexFold::clear() {
  changes_.messages.clear();
  changes_.conversations.clear();
  changes_.unknown_events = 0;
}

bool IndexFold::apply(const domain::RecordedEvent& event) {
  if (!event.body) {
    ++changes_.unknown_events;
    return true;
  }
  if (const auto* sent = std::get_if<domain::MessageSent>(&*event.body)) return send(*sent, event.position);
  if (const auto* edited = std::get_if<domain::MessageEdited>(&*event.body)) {
    return edit(edited->facts, edited->content ? &*edited->content : nullptr);
  }
  if (const auto* expired = std::get_if<domain::MessageExpired>(&*event.body)) {
    return edit(expired->facts, nullptr);
  }
  if (const auto* deleted = std::get_if<domain::MessageDeleted>(&*event.body)) {
    return edit(deleted->facts, nullptr);
  }
  if (const auto* erased = std::get_if<domain::MessageErased>(&*event.body)) {
    return edit(erased->facts, nullptr);
  }
  return true;
}

ConversationNumber IndexFold::number_of(const base::ConversationId& id) {
  if (auto known = catalog_.conversation(id)) return *known;
  ConversationNumber number = catalog_.add_conversation(id);
  changes_.conversations.emplace_back(number, id);
  return number;
}

bool IndexFold::send(const domain::MessageSent& body, base::Position position) {
  ConversationNumber conversation = number_of(body.facts.conversation);
  if (body.facts.ordinal != catalog_.next_ordinal(conversation)) return false;
  MessageChange change;
  change.is_new = true;
  change.entry = {body.facts.created_at.ms, conversation, 0};
  change.ordinal = body.facts.ordinal;
  change.position = position;
  if (body.content) change.content = indexed(body.facts, *body.content, conversation, change.entry.words);
  change.was_taken_out = !body.content;
  MessageNumber number = catalog_.append(change.entry);
  changes_.messages.emplace(number, std::move(change));
  return true;
}

bool IndexFold::edit(const domain::MessageFacts& facts, const domain::MessageContent* content) {
  auto conversation = catalog_.conversation(facts.conversation);
  auto number = conversation ? catalog_.find(*conversation, facts.ordinal) : std::nullopt;
  if (!number || *number == 0) return false;
  MessageChange& change = changes_.messages[*number];
  if (change.was_taken_out) return true;
  change.was_taken_out = content == nullptr;
  if (content != nullptr) {
    std::uint32_t words = 0;
    change.content = indexed(facts, *content, *conversation, words);
  } else {
    change.content.reset();
  }
  return true;
}

}  // namespace hansard::search
