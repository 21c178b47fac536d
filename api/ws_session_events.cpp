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
  const auto answer = subscriptions_.open(std::move(asked).value());
  answer ? ack(frame.id_json, answer.value()) : fail(frame.id_json, answer.error());
}

}  // namespace hansard::api
