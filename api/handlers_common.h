// What several handlers need: ids of the path, the body, who may see what, pages.
//
// Thread: the io thread; `json_body` gives a value that lives until this thread's next one.
#pragma once

#include <string>

#include "api/handlers.h"

namespace hansard::api {

// The first {…} of the path. What is not an id names nothing: not_found.
template <class Id>
Answered<Id> id_of_path(const Call& call) {
  auto id = base::parse_id<Id>(call.path_values.at(0));
  if (!id) return not_found();
  return *id;
}
inline auto conversation_of_path(const Call& call) { return id_of_path<base::ConversationId>(call); }
inline auto message_of_path(const Call& call) { return id_of_path<base::MessageId>(call); }
// The user in the given {…} of the path, the first being 0.
Answered<base::UserId> user_of_path(const Call& call, std::size_t place);
// Where a list of users goes on: behind this one, or from the beginning behind an empty id.
Answered<base::UserId> user_cursor_of(const Call& call);

// The position a read waits for: the caller's own last command, or what he asks for.
Answered<base::Position> wanted_position(const Context& context, const Call& call);

// True once the audit view has applied `position`; false after the patience of a read.
asio::awaitable<bool> audit_reaches(Context& context, base::Position position);

// 415 for a Content-Type that is not JSON, 400 for what is not JSON.
Answered<JsonValue> json_body(const Context& context, const Call& call);

// The caller's place in a conversation as of the snapshot.
struct Seat {
  projections::ConversationView conversation;
  projections::MemberView member;
  base::Ordinal floor;  // ordinals at or below are hidden from him (settings.history)
};
Answered<Seat> seat_of(const Call& call, const projections::Snapshot& snapshot, const base::ConversationId& id);

// A message the caller may see, and where.
struct SeenMessage {
  Seat seat;
  projections::MessageView message;
};
Answered<SeenMessage> seen_message(const Call& call, const projections::Snapshot& snapshot, const base::MessageId& id);

// `body` is {"items":[...; this ends it with the cursor, or null for "".
void end_page(std::string& body, const std::string& next);
Response json_response(std::string body);
std::string etag_of(base::Version version);

}  // namespace hansard::api
