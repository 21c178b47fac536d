#include <utility>

#include "api/acknowledged.h"
#include "api/json_fields.h"
#include "api/ws_session_frames.h"

namespace hansard::api {

using base::ConversationId;

// Frames that become no event: typing, presence and call signals.

void SocketSession::on_typing(const ClientFrame& frame, const domain::Caller& caller) {
  Fields fields(frame.data, "`data`");
  fields.require("conversation_id");
  auto conversation = fields.id<ConversationId>("conversation_id");
  if (fields.problem()) return fail(frame.id_json, *fields.problem());
  bool is_typing = frame.type == "typing.start";
  when_views_follow(caller.actor, [this, id = frame.id_json, caller, where = *conversation, is_typing] {
    auto problem = note_typing(context_, *context_.views.snapshot(), caller, where, is_typing);
    if (problem) return fail(id, *problem);
    ack(id, is_typing ? "{\"is_typing\":true}" : "{\"is_typing\":false}");
  });
}

// The status is this socket's, so nobody sets it for somebody else.
void SocketSession::on_presence(const ClientFrame& frame, const domain::Caller& caller) {
  Fields fields(frame.data, "`data`");
  fields.require("status");
  auto word = fields.text("status");
  auto status = presence_status_of(word.value_or(""));
  if (word && !status) fields.wrong("status", "online, away or offline");
  if (fields.problem()) return fail(frame.id_json, *fields.problem());
  if (caller.actor != identity_->user) return fail(frame.id_json, forbidden("A socket is its own user's device."));
  lease_.set(*status);
  ack(frame.id_json, "{\"status\":\"" + std::string(*word) + "\"}");
}

void SocketSession::on_call_signal(const ClientFrame& frame, const domain::Caller& caller) {
  auto signal = call_signal_of(caller, frame.data, context_.limits);
  if (!signal) return fail(frame.id_json, signal.error());
  signal.value().sender = feed_.get();
  when_views_follow(caller.actor, [this, id = frame.id_json, signal = std::move(signal).value()] {
    auto problem = call_signal_refusal(*context_.views.snapshot(), signal, context_.limits);
    if (problem) return fail(id, *problem);
    thread_.shared().call_signals.send(signal);
    ack(id, "{\"accepted\":true}");
  });
}

void SocketSession::when_views_follow(const base::UserId& caller, std::function<void()> act) {
  auto wanted = context_.acknowledged.last(caller);
  if (context_.views.applied() >= wanted) return act();
  ++in_flight_;
  thread_.tasks().spawn("live frame", act_later(shared_from_this(), wanted, std::move(act)));
}

asio::awaitable<void> SocketSession::act_later(std::shared_ptr<SocketSession> self, base::Position wanted,
                                               std::function<void()> act) {
  std::chrono::milliseconds timeout(self->context_.limits.min_position_timeout_ms);
  co_await self->context_.views_reach(wanted, timeout);
  act();
  self->on_answered();
}

}  // namespace hansard::api
