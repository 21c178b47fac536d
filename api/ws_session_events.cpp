#include <utility>

#include "api/event_request.h"
#include "api/ws_session_frames.h"

// g++ 12 takes the frames of inlined coroutines for mismatched; they are allocated and freed by one promise type.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace hansard::api {

// Frames about the event log: events.subscribe, events.ack, events.unsubscribe.

void SocketSession::on_events(const ClientFrame& frame, const domain::Caller& caller) {
  const bool is_known =
      frame.type == "events.subscribe" || frame.type == "events.ack" || frame.type == "events.unsubscribe";
  if (!is_known) return fail(frame.id_json, malformed("`type` is none that a client sends"));
  if (auto allowed = may_read_events(caller); !allowed) return fail(frame.id_json, allowed.error());
  if (frame.type != "events.subscribe") {
    const auto answer = frame.type == "events.ack" ? subscriptions_.ack(frame) : subscriptions_.unsubscribe(frame);
    return answer ? ack(frame.id_json, answer.value()) : fail(frame.id_json, answer.error());
  }
  auto asked = subscriptions_.parse(frame);
  if (!asked) return fail(frame.id_json, asked.error());
  ++in_flight_;
  thread_.tasks().spawn("subscribe", subscribe(shared_from_this(), frame.id_json, caller, std::move(asked).value()));
}

// The read is on record before anything is shown.
asio::awaitable<void> SocketSession::subscribe(std::shared_ptr<SocketSession> self, std::string id_json,
                                               domain::Caller caller, EventSubscribe asked) {
  auto recorded = co_await record_events_read(self->context_, std::move(caller), asked.filter, asked.query);
  Answered<std::string> answer = recorded ? Answered<std::string>(std::string("null")) : std::move(recorded).error();
  if (recorded && !self->close_) answer = self->subscriptions_.open(std::move(asked));
  if (answer) {
    self->ack(id_json, answer.value());
  } else {
    self->fail(id_json, answer.error());
  }
  self->on_answered();
}

}  // namespace hansard::api
