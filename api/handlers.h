// What each route does, one plain function each; the router runs them. A handler that changes something only makes the
// command: submitting and answering is the same for all. A handler that reads gets a snapshot which has reached every
// position the caller may expect.
//
// Membership is checked here: who is not a member now gets not_found, the same as for what does not exist.
// Thread: the io thread of the context. Nothing here waits but search, which has threads of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.h"
#include "api/http_types.h"
#include "api/json.h"
#include "api/params.h"
#include "api/problem.h"
#include "engine/files/blob_pins.h"
#include "projections/queries.h"

namespace hansard::api {

// An authenticated request on its route.
struct Call {
  Request request;
  domain::Caller caller;
  std::vector<std::string> path_values;  // of {id}, {user_id} ..., in the order of the path, decoded
  Params params;
  std::string key;  // Idempotency-Key; "" for none
  base::Timestamp token_expires{};
};

using OpenHandler = Response (*)(Context&, const Request&);  // without authentication, at the root
using CommandHandler = Answered<domain::Command> (*)(Context&, const Call&);
using ReadHandler = Answered<Response> (*)(Context&, const Call&, const projections::Snapshot&);
// A read that may also be asked of the past (as_of.h); `then` leaves a record of it (audited_read.h).
// Runs on another thread than the context's: takes from the context only what never changes (limits).
using PastHandler = Answered<Response> (*)(Context&, const Call&, const projections::Past&);
struct TimedRead {
  ReadHandler now;
  PastHandler then;
};
// The command of an upload whose bytes are stored. `pin` keeps them until its event is durable.
struct Upload {
  domain::Command command;
  files::BlobPins::Pin pin;
};
// Reads the body itself; `call` outlives it.
using UploadHandler = asio::awaitable<Answered<Upload>> (*)(Context&, const Call& call);
using PlainHandler = Answered<Response> (*)(Context&, const Call&);
// Waits by itself; the call lives until it has answered.
using WaitingHandler = asio::awaitable<Answered<Response>> (*)(Context&, const Call&);

namespace handlers {

// handlers_system.cpp
Response health(Context& context, const Request& request);
Response ready(Context& context, const Request& request);
Response metrics(Context& context, const Request& request);
Response openapi(Context& context, const Request& request);
Response asyncapi(Context& context, const Request& request);

// handlers_conversation.cpp
Answered<domain::Command> create_conversation(Context& context, const Call& call);
Answered<domain::Command> update_conversation(Context& context, const Call& call);
Answered<domain::Command> close_conversation(Context& context, const Call& call);
Answered<domain::Command> archive(Context& context, const Call& call);
Answered<domain::Command> unarchive(Context& context, const Call& call);
Answered<domain::Command> mute(Context& context, const Call& call);
Answered<domain::Command> unmute(Context& context, const Call& call);
Answered<domain::Command> pin(Context& context, const Call& call);
Answered<domain::Command> unpin(Context& context, const Call& call);
Answered<Response> list_conversations(Context& context, const Call& call, const projections::Snapshot& snapshot);
Answered<Response> get_conversation(Context& context, const Call& call, const projections::Snapshot& snapshot);

// handlers_member.cpp
Answered<domain::Command> add_members(Context& context, const Call& call);
Answered<domain::Command> change_role(Context& context, const Call& call);
Answered<domain::Command> remove_member(Context& context, const Call& call);
Answered<Response> list_members(Context& context, const Call& call, const projections::Snapshot& snapshot);

// handlers_message.cpp
Answered<domain::Command> send_message(Context& context, const Call& call);
Answered<domain::Command> send_message_anywhere(Context& context, const Call& call);
Answered<domain::Command> edit_message(Context& context, const Call& call);
Answered<domain::Command> delete_message(Context& context, const Call& call);
Answered<domain::Command> forward_message(Context& context, const Call& call);
Answered<Response> get_message(Context& context, const Call& call, const projections::Snapshot& snapshot);
Answered<Response> message_versions(Context& context, const Call& call, const projections::Snapshot& snapshot);
Answered<Response> receipts(Context& context, const Call& call, const projections::Snapshot& snapshot);

// handlers_reaction.cpp
Answered<domain::Command> add_reaction(Context& context, const Call& call);
Answered<domain::Command> remove_reaction(Context& context, const Call& call);

// handlers_schedule.cpp
Answered<Response> list_scheduled(Context& context, const Call& call, const projections::Snapshot& snapshot);

// handlers_people.cpp
Answered<domain::Command> put_profile(Context& context, const Call& call);
Answered<domain::Command> block(Context& context, const Call& call);
Answered<domain::Command> unblock(Context& context, const Call& call);
Answered<Response> get_profile(Context& context, const Call& call, const projections::Snapshot& snapshot);

// handlers_history.cpp
Answered<Response> history(Context& context, const Call& call, const projections::Snapshot& snapshot);

// handlers_file.cpp
asio::awaitable<Answered<Upload>> upload_file(Context& context, const Call& call);
Answered<Response> download_file(Context& context, const Call& call, const projections::Snapshot& snapshot);

// handlers_proofs.cpp
Answered<Response> proof_checkpoint(Context& context, const Call& call);
Answered<Response> proof_key(Context& context, const Call& call);
Answered<Response> proof_tile(Context& context, const Call& call);
Answered<Response> proof_entry(Context& context, const Call& call);
Answered<Response> proof_event(Context& context, const Call& call);
Answered<Response> proof_inclusion(Context& context, const Call& call);
Answered<Response> proof_consistency(Context& context, const Call& call);

// handlers_unread.cpp
Answered<domain::Command> read_message(Context& context, const Call& call);
Answered<domain::Command> read_conversation(Context& context, const Call& call);
Answered<domain::Command> delivered(Context& context, const Call& call);
Answered<domain::Command> mark_unread(Context& context, const Call& call);
Answered<Response> typing(Context& context, const Call& call, const projections::Snapshot& snapshot);
Answered<Response> unread(Context& context, const Call& call, const projections::Snapshot& snapshot);
Answered<Response> explain_unread(Context& context, const Call& call, const projections::Snapshot& snapshot);

// handlers_presence.cpp
Answered<Response> presence(Context& context, const Call& call, const projections::Snapshot& snapshot);
Answered<Response> users_online(Context& context, const Call& call, const projections::Snapshot& snapshot);

// handlers_webhooks.cpp
Answered<domain::Command> request_erasure(Context& context, const Call& call);
Answered<Response> get_erasure(Context& context, const Call& call, const projections::Snapshot& snapshot);
Answered<Response> list_erasures(Context& context, const Call& call, const projections::Snapshot& snapshot);
Answered<domain::Command> place_hold(Context& context, const Call& call);
Answered<domain::Command> release_hold(Context& context, const Call& call);
Answered<Response> list_holds(Context& context, const Call& call, const projections::Snapshot& snapshot);

Answered<Response> list_webhooks(Context& context, const Call& call);
Answered<Response> dead_letters(Context& context, const Call& call);
Answered<Response> retry_dead_letter(Context& context, const Call& call);
Answered<Response> pause_webhook(Context& context, const Call& call);
Answered<Response> resume_webhook(Context& context, const Call& call);

// handlers_audit.cpp
asio::awaitable<Answered<Response>> audit(Context& context, const Call& call);
// handlers_trace.cpp
asio::awaitable<Answered<Response>> trace_message(Context& context, const Call& call);

// handlers_views.cpp
Answered<Response> list_views(Context& context, const Call& call);
Answered<Response> get_view(Context& context, const Call& call);
Answered<Response> rebuild_view(Context& context, const Call& call);
Answered<Response> swap_view(Context& context, const Call& call);
Answered<Response> roll_view_back(Context& context, const Call& call);
Answered<Response> cancel_rebuild(Context& context, const Call& call);
Answered<Response> drop_view(Context& context, const Call& call);
// handlers_backups.cpp
Answered<Response> create_backup(Context& context, const Call& call);
Answered<Response> list_backups(Context& context, const Call& call);
Answered<Response> get_backup(Context& context, const Call& call);

// handlers_search.cpp
asio::awaitable<Answered<Response>> search_messages(Context& context, const Call& call);

// handlers_events.cpp
asio::awaitable<Answered<Response>> events(Context& context, const Call& call);

// handlers_consumers.cpp
Answered<Response> list_consumers(Context& context, const Call& call);
Answered<Response> get_consumer(Context& context, const Call& call);
Answered<Response> put_consumer(Context& context, const Call& call);
Answered<Response> remove_consumer(Context& context, const Call& call);
Answered<Response> ack_consumer(Context& context, const Call& call);

}  // namespace handlers
}  // namespace hansard::api
