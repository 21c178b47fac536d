#include "api/handlers_schedule.h"

#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/render.h"

namespace hansard::api::handlers {

using projections::ScheduledCursor;
using projections::ScheduledView;
using projections::Snapshot;

std::optional<ScheduledView> own_scheduled(const Call& call, const Snapshot& snapshot, const base::MessageId& id) {
  auto waiting = snapshot.scheduled_message(id);
  if (waiting && waiting->facts.author != call.caller.actor) waiting.reset();
  return waiting;
}

Response scheduled_response(const Context& context, const ScheduledView& waiting) {
  std::string body;
  append_scheduled(body, waiting, context.engine.epoch());
  return json_response(std::move(body));
}

Answered<Response> list_scheduled(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(auto limit, page_limit(call.params, context.limits));
  std::optional<ScheduledCursor> after;
  if (auto cursor = call.params.get("cursor")) {
    after = decode_scheduled_cursor(*cursor);
    if (!after) return malformed("`cursor` is not one of this list");
  }
  auto waiting = snapshot.scheduled(call.caller.actor, after, limit + 1);
  bool more = waiting.size() > limit;
  if (more) waiting.pop_back();
  std::string body = "{\"items\":[";
  for (const auto& message : waiting) {
    if (body.back() != '[') body += ',';
    append_scheduled(body, message, context.engine.epoch());
  }
  end_page(body, more ? encode_cursor(ScheduledCursor{waiting.back().send_at, waiting.back().facts.message}) : "");
  return json_response(std::move(body));
}

}  // namespace hansard::api::handlers
