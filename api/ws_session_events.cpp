#include <utility>

#include "api/audited_read.h"
#include "api/event_request.h"
#include "api/render_parts.h"
#include "api/ws_session_frames.h"

namespace hansard::api {

namespace {
// As /events would have been asked.
domain::RecordAuditRead subscription_read(const Context& context, const EventSubscribe& asked) {
  auto of_consumer = context.consumers ? context.consumers->status(asked.consumer) : std::nullopt;
  const auto& filter = of_consumer ? of_consumer->filter : asked.filter;
  auto read = events_read(filter);
  read.query = "{\"type\":\"events.subscribe\",\"consumer\":";
  append_text_or_null(read.query, asked.consumer);
  read.query += ",\"from\":";
  append_quoted_position(read.query, context.engine.epoch(), of_consumer ? of_consumer->cursor : asked.from);
  append_event_filter(read.query, filter);
  read.query += '}';
  return read;
}
}  // namespace

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
  if (!caller.audit) {
    const auto answer = subscriptions_.open(std::move(asked).value());
    return answer ? ack(frame.id_json, answer.value()) : fail(frame.id_json, answer.error());
  }
  ++in_flight_;
  thread_.tasks().spawn("subscribe",
                        subscribe_on_record(shared_from_this(), frame.id_json, caller, std::move(asked).value()));
}

// The read is on record before anything is shown.
asio::awaitable<void> SocketSession::subscribe_on_record(std::shared_ptr<SocketSession> self, std::string id_json,
                                                         domain::Caller caller, EventSubscribe asked) {
  AuditedRead read{std::move(caller), subscription_read(self->context_, asked)};
  auto recorded = co_await record_audit_read(self->context_, std::move(read));
  const auto answer = recorded ? self->subscribe(std::move(asked)) : std::move(recorded).error();
  answer ? self->ack(id_json, answer.value()) : self->fail(id_json, answer.error());
  self->on_answered();
}

}  // namespace hansard::api
