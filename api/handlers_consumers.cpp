#include <string>

#include "api/consumer_seat.h"
#include "api/event_request.h"
#include "api/handlers_common.h"
#include "api/metrics_page.h"
#include "api/render_parts.h"
#include "api/short_page.h"
#include "projections/process/progress_name.h"

namespace hansard::api::handlers {

namespace {
using process::Consumers;
using process::ConsumerStatus;

Answered<Consumers*> consumers_of(const Context& context, const Call& call) {
  TRY(may_read_events(call.caller));
  if (context.consumers == nullptr) return not_found();
  return context.consumers;
}

// {"name","types","conversation_id","actor","position","lag_events","lag_seconds","is_read","created_at"}
void append_consumer(std::string& body, const Context& context, const ConsumerStatus& status) {
  const auto lag_s = view_lag_seconds(context.engine, status.cursor, context.clock.now());
  body += "{\"name\":";
  append_json_string(body, status.name);
  append_event_filter(body, status.filter);
  body += ",\"position\":";
  append_quoted_position(body, context.engine.epoch(), status.cursor);
  body += ",\"lag_events\":";
  append_json_number(body, context.engine.durable().value - status.cursor.value);
  body += ",\"lag_seconds\":";
  append_json_number(body, static_cast<std::uint64_t>(lag_s));
  body += ",\"is_read\":";
  append_bool(body, status.is_read);
  body += ",\"created_at\":";
  append_json_time(body, status.created_at);
  body += '}';
}

Answered<Response> one_consumer(const Context& context, const Consumers& consumers, const std::string& name) {
  const auto status = consumers.status(name);
  if (!status) return not_found();
  std::string body;
  append_consumer(body, context, *status);
  return json_response(std::move(body));
}
}  // namespace

Answered<Response> list_consumers(Context& context, const Call& call) {
  TRY(auto* consumers, consumers_of(context, call));
  TRY(auto page, ShortPage::of(context, call, "consumers"));
  return page.answer(consumers->status(), &ConsumerStatus::name,
                     [&](std::string& body, const auto& status) { append_consumer(body, context, status); });
}

Answered<Response> get_consumer(Context& context, const Call& call) {
  TRY(auto* consumers, consumers_of(context, call));
  return one_consumer(context, *consumers, call.path_values.at(0));
}

Answered<Response> put_consumer(Context& context, const Call& call) {
  TRY(auto* consumers, consumers_of(context, call));
  const auto& name = call.path_values.at(0);
  if (!process::is_progress_name(name)) return malformed("The name is not 1 to 64 of a-z, 0-9, '-' and '_'.");
  TRY(auto body, json_body(context, call));
  Fields fields(body);
  const auto from = fields.text("from");
  TRY(auto filter, event_filter_of(fields));
  TRY(auto start, event_position(context, from.value_or("beginning"), "from"));
  const auto outcome = consumers->put(name, std::move(filter), start);
  if (outcome == Consumers::Put::too_many) return invalid("There are as many consumers as there may be.");
  TRY(auto response, one_consumer(context, *consumers, name));
  if (outcome == Consumers::Put::created) response.status = 201;
  response.body.back() = ',';
  response.body += "\"changed\":";
  append_bool(response.body, outcome != Consumers::Put::unchanged);
  response.body += '}';
  return response;
}

Answered<Response> remove_consumer(Context& context, const Call& call) {
  TRY(auto* consumers, consumers_of(context, call));
  if (!consumers->remove(call.path_values.at(0))) return not_found();
  return json_response("{\"changed\":true}");
}

Answered<Response> ack_consumer(Context& context, const Call& call) {
  TRY(auto* consumers, consumers_of(context, call));
  const auto& name = call.path_values.at(0);
  TRY(auto body, json_body(context, call));
  Fields fields(body);
  fields.require("position");
  const auto position = fields.text("position");
  const auto lease = fields.number("lease", INT64_MAX);
  if (fields.problem()) return *fields.problem();
  TRY(auto up_to, event_position(context, *position, "position"));
  const auto outcome = consumers->ack(name, lease, up_to);
  if (outcome == Consumers::Ack::unknown) return not_found();
  if (outcome == Consumers::Ack::fenced) return consumer_taken();
  return one_consumer(context, *consumers, name);
}

}  // namespace hansard::api::handlers
