#include "projections/projection.h"

#include "projections/conversation.h"
#include "projections/erasing.h"
#include "projections/files.h"
#include "projections/people.h"
#include "projections/schedule.h"
#include "projections/standing.h"
#include "projections/unread.h"

namespace hansard::projections {

namespace {
base::Error cannot(const domain::RecordedEvent& event, const std::string& why) {
  return base::error(base::ErrorCode::corrupt,
                     "the event at position " + std::to_string(event.position.value) + " cannot be applied: " + why);
}

template <class Body>
const ConversationId& conversation_of(const Body& body) {
  if constexpr (requires { body.facts; }) {
    return body.facts.conversation;
  } else {
    return body.conversation;
  }
}

template <class Body>
Ordinal ordinal_of(const Body& body) {
  if constexpr (requires { body.facts; }) {
    return body.facts.ordinal;
  } else if constexpr (requires { body.message; }) {
    return body.ordinal;
  } else {
    return {};
  }
}

base::Result<void> check_body(Folding& folding, const domain::MessageSent& body) {
  if (body.facts.ordinal == folding.conversation.last_ordinal.next()) return base::success();
  return cannot(folding.event, "its ordinal does not follow the last one");
}

// Reads the message and checks that it stands where the event says.
base::Result<void> check_change(Folding& folding, const MessageId& message, const ConversationId& conversation,
                                Ordinal ordinal) {
  folding.message = row_at<MessageIdRow>(folding, message_id_key(message));
  if (!folding.message) return cannot(folding.event, "its message is unknown");
  if (folding.message->conversation == conversation && folding.message->ordinal == ordinal) return base::success();
  return cannot(folding.event, "its message stands elsewhere");
}
template <class Change>
  requires std::is_same_v<Change, domain::MessageEdited> || std::is_same_v<Change, domain::MessageDeleted> ||
           std::is_same_v<Change, domain::MessageExpired> || std::is_same_v<Change, domain::MessageErased>
base::Result<void> check_body(Folding& folding, const Change& body) {
  return check_change(folding, body.facts.message, body.facts.conversation, body.facts.ordinal);
}
template <class Reaction>
  requires std::is_same_v<Reaction, domain::ReactionAdded> || std::is_same_v<Reaction, domain::ReactionRemoved>
base::Result<void> check_body(Folding& folding, const Reaction& body) {
  return check_change(folding, body.message, body.conversation, body.ordinal);
}

base::Result<void> check_body(Folding& folding, const domain::SendScheduled& body) {
  if (!folding.rows.has(scheduled_key(body.draft.message))) return base::success();
  return cannot(folding.event, "its message waits already");
}
base::Result<void> check_body(Folding& folding, const domain::FileUploaded& body) {
  if (!folding.rows.has(file_key(body.file))) return base::success();
  return cannot(folding.event, "its file is known");
}
template <class Other>
base::Result<void> check_body(Folding&, const Other&) {
  return base::success();
}

// Reads the conversation and checks I2.
base::Result<void> check_conversation(Folding& folding, const ConversationId& id, bool creates) {
  auto row = row_at<ConversationRow>(folding, conversation_key(id));
  if (row.has_value() == creates) {
    return cannot(folding.event, creates ? "its conversation exists" : "its conversation is unknown");
  }
  if (row) folding.conversation = *row;
  bool own_stream = folding.event.stream == base::stream_of(id);
  if (!own_stream || folding.event.version == folding.conversation.version.next()) return base::success();
  return cannot(folding.event, "its version does not follow the last one");
}

void advance(Folding& folding, const ConversationId& id) {
  if (folding.event.stream == base::stream_of(id)) {
    folding.conversation.version = folding.event.version;
    folding.conversation.head = folding.event.position;
  }
}

// What concerns neither a conversation's members nor a pointer: users and the system.
template <class Body>
base::Result<void> apply_body(Folding& folding, const Body& body) {
  TRY(check_body(folding, body));
  people::fold(folding, body);
  schedule::fold(folding, body);
  files::fold(folding, body);
  erasing::fold(folding, body);
  conversation::fold_stream(folding, {});
  return base::success();
}

template <class Body>
  requires(domain::ConversationEvent<Body> || domain::PointerEvent<Body>)
base::Result<void> apply_body(Folding& folding, const Body& body) {
  const ConversationId& id = conversation_of(body);
  TRY(check_conversation(folding, id, std::is_same_v<Body, domain::ConversationCreated>));
  TRY(check_body(folding, body));
  advance(folding, id);
  unread::fold(folding, body);
  conversation::fold(folding, body);
  standing::fold(folding, body);
  conversation::fold_stream(folding, ordinal_of(body));
  put_row(folding, conversation_key(id), folding.conversation);
  return base::success();
}

// The stream of a conversation is its id, so an unknown event's conversation is known all the same; its version must
// be taken, or the next event would seem to leave a gap.
void apply_unknown(Folding& folding) {
  Key key = conversation_key(base::id_from_bytes<ConversationId>(folding.event.stream.view()));
  auto row = row_at<ConversationRow>(folding, key);
  if (row) {
    folding.conversation = *row;
    folding.conversation.version = folding.event.version;
    folding.conversation.head = folding.event.position;
    put_row(folding, key, folding.conversation);
  }
  conversation::fold_stream(folding, {});
}
}  // namespace

base::Result<bool> apply(const domain::RecordedEvent& event, RowBatch& rows) {
  Folding folding{event, rows, {}, std::nullopt};
  if (!event.body) {
    apply_unknown(folding);
    return false;
  }
  auto applied = std::visit([&](const auto& body) { return apply_body(folding, body); }, *event.body);
  if (!applied) return applied.error();
  return true;
}

}  // namespace hansard::projections
