#include "api/as_of.h"

#include <algorithm>
#include <chrono>

#include "api/json.h"
#include "api/params.h"
#include "api/past_reader.h"
#include "api/position_text.h"
#include "api/render_parts.h"
#include "engine/base/check.h"
#include "engine/time_search.h"
#include "projections/past.h"

namespace hansard::api {

using base::Position;
using base::Timestamp;

namespace {
Problem in_the_future(const Context& context) {
  return {422,
          "as_of_in_future",
          "`as_of` is later than the newest position, " +
              position_text(context.engine.epoch(), context.engine.durable()) + ".",
          0,
          {}};
}

// A clock that was set back does not take the log's time back.
Timestamp now_of_log(const Context& context) {
  const Timestamp now = context.clock.now();
  auto last = context.engine.get(context.engine.durable());
  return last ? std::max(now, last.value()->time) : now;
}

Answered<Position> position_at_time(const Context& context, Timestamp time) {
  auto found = engine::last_at_or_before(context.engine, time);
  if (!found) return problem_of(found.error());
  if (found.value() == context.engine.durable() && time > now_of_log(context)) return in_the_future(context);
  return found.value();
}

Answered<Position> position_of(const Context& context, std::string_view text) {
  if (auto time = base::parse_time(text)) return position_at_time(context, *time);
  auto wire = parse_position(text);
  if (!wire) return malformed("`as_of` is neither a position nor a time like 2024-05-01T12:00:00Z");
  if (!wire->position) return Position{};
  if (wire->epoch == 0) return foreign_position("as_of", *wire, context.engine.epoch());
  if (wire->epoch != context.engine.epoch()) {
    return Problem{422, "gap", "`as_of` is a position of another epoch: what it named is gone.", 0, {}};
  }
  if (wire->position > context.engine.durable()) return in_the_future(context);
  return wire->position;
}

// `body` is a JSON object.
void append_as_of(std::string& body, const AsOf& as_of, std::uint32_t epoch) {
  body.pop_back();
  body += ",\"as_of\":{\"position\":";
  append_quoted_position(body, epoch, as_of.position);
  body += ",\"time\":";
  append_time_or_null(body, as_of.position ? std::optional(as_of.time) : std::nullopt);
  body += "}}";
}
}  // namespace

Answered<AsOf> as_of(const Context& context, const Call& call) {
  if (!call.caller.audit) return forbidden("`as_of` needs the scope `audit`.");
  TRY(auto position, position_of(context, call.params.get("as_of").value_or("")));
  if (!position) return AsOf{};
  auto event = context.engine.get(position);
  if (!event) return problem_of(event.error());
  return AsOf{position, event.value()->time};
}

asio::awaitable<Answered<Response>> answer_as_of(Context& context, const Call& call, PastHandler read) {
  auto asked = as_of(context, call);
  if (!asked) co_return asked.error();
  AsOf at = asked.value();
  std::uint32_t epoch = context.engine.epoch();
  std::chrono::milliseconds timeout(context.limits.min_position_timeout_ms);
  bool there = co_await context.views_reach(at.position, timeout);
  auto snapshot = context.views.snapshot();
  if (!there) co_return view_behind(position_text(epoch, snapshot->position()));
  auto past = snapshot->past(at.position);
  PastReader::Job job = [&] { return read(context, call, *past); };
  auto answer = co_await asio::use_service<PastReader>(context.io).read(call.caller.subject, std::move(job));
  past.reset();
  snapshot.reset();
  if (!answer) co_return answer.error();
  Response response = std::move(answer).value();
  CHECK(response.audited.has_value());
  append_as_of(response.body, at, epoch);
  response.headers.emplace_back("Hansard-Position", position_text(epoch, at.position));
  co_return response;
}

}  // namespace hansard::api
