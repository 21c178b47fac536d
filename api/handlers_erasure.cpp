#include <string>

#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/json.h"
#include "api/json_fields.h"
#include "api/render_erasure.h"
#include "engine/base/utf8.h"

namespace hansard::api::handlers {

using domain::Command;
using projections::Snapshot;

namespace {
constexpr std::size_t kReasonCodePointsMax = 1'000;

Answered<void> check_admin(const Call& call) {
  if (!call.caller.admin) return forbidden("Erasures and legal holds need the scope `admin`.");
  return base::success();
}

std::string reason_of(Fields& fields) {
  auto reason = fields.text("reason").value_or("");
  if (base::count_code_points(reason) > kReasonCodePointsMax) {
    fields.fail(invalid("`reason` is longer than 1000 code points"));
  }
  return reason;
}

// The one thing that the body names.
template <class Scope>
std::optional<Scope> scope_of(Fields& fields) {
  std::vector<Scope> named;
  if constexpr (std::is_same_v<Scope, domain::ErasureScope>) {
    if (auto message = fields.id<base::MessageId>("message_id")) named.emplace_back(*message);
  }
  if (auto user = fields.user("user_id")) named.emplace_back(*user);
  if (auto conversation = fields.id<base::ConversationId>("conversation_id")) named.emplace_back(*conversation);
  if (named.size() == 1) return named.front();
  fields.fail(invalid("the body names not exactly one thing by its id"));
  return std::nullopt;
}

template <class Request, class Id, class Scope>
Answered<Command> request_of(Context& context, const Call& call) {
  TRY(check_admin(call));
  TRY(auto body, json_body(context, call));
  Fields fields(body);
  auto scope = scope_of<Scope>(fields);
  auto reason = reason_of(fields);
  if (fields.problem()) return *fields.problem();
  return Command(Request{Id{context.uuids.next()}, *std::move(scope), std::move(reason)});
}

// The reason stands in the event alone.
std::optional<std::string> reason_at(const Context& context, base::Position at) {
  auto event = context.engine.get(at);
  if (!event || !event.value()->body) return std::nullopt;
  const std::optional<domain::ReasonContent>* content = nullptr;
  if (const auto* asked = std::get_if<domain::ErasureRequested>(&*event.value()->body)) content = &asked->content;
  if (const auto* placed = std::get_if<domain::HoldPlaced>(&*event.value()->body)) content = &placed->content;
  if (content == nullptr || !*content) return std::nullopt;
  return (*content)->reason;
}

void append_erasure(std::string& body, const Context& context, const projections::ErasureView& erasure) {
  begin_erasure(body, erasure, reason_at(context, erasure.requested));
  const bool is_open = context.erasures != nullptr && !erasure.completed_at;
  if (const auto progress = is_open ? context.erasures->of(erasure.id) : std::nullopt) {
    append_erasure_progress(body, context.engine.epoch(), *progress);
  }
  body += '}';
}

constexpr std::string_view kErasures = "erasures";
constexpr std::string_view kHolds = "holds";

// Ids are in the cursor: they rise with time. `list`: its name, by which its cursors are known.
template <class Id>
Answered<Id> after_of(const Call& call, std::string_view list) {
  const auto cursor = call.params.get("cursor");
  if (!cursor) return Id{};
  const auto after = decode_name_cursor(*cursor, list);
  const auto id = after ? base::parse_id<Id>(*after) : std::nullopt;
  if (!id) return malformed("`cursor` is not one of this list");
  return *id;
}

template <class View, class Append>
Response page_of(std::vector<View> views, std::size_t limit, std::string_view list, const Append& append) {
  const bool more = views.size() > limit;
  if (more) views.pop_back();
  std::string body = "{\"items\":[";
  for (const auto& view : views) {
    if (body.back() != '[') body += ',';
    append(body, view);
  }
  end_page(body, more ? encode_name_cursor(list, base::to_text(views.back().id)) : "");
  return json_response(std::move(body));
}
}  // namespace

Answered<Command> request_erasure(Context& context, const Call& call) {
  return request_of<domain::RequestErasure, base::ErasureId, domain::ErasureScope>(context, call);
}

Answered<Command> place_hold(Context& context, const Call& call) {
  return request_of<domain::PlaceHold, base::HoldId, domain::HoldScope>(context, call);
}

Answered<Command> release_hold(Context&, const Call& call) {
  TRY(check_admin(call));
  TRY(auto id, id_of_path<base::HoldId>(call));
  return Command(domain::ReleaseHold{id, ""});
}

Answered<Response> get_erasure(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(check_admin(call));
  TRY(auto id, id_of_path<base::ErasureId>(call));
  const auto erasure = snapshot.erasure(id);
  if (!erasure) return not_found();
  std::string body;
  append_erasure(body, context, *erasure);
  return json_response(std::move(body));
}

Answered<Response> list_erasures(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(check_admin(call));
  TRY(auto limit, page_limit(call.params, context.limits));
  TRY(auto after, after_of<base::ErasureId>(call, kErasures));
  return page_of(snapshot.erasures(false, after, limit + 1), limit, kErasures,
                 [&](std::string& body, const auto& erasure) { append_erasure(body, context, erasure); });
}

Answered<Response> list_holds(Context& context, const Call& call, const Snapshot& snapshot) {
  TRY(check_admin(call));
  TRY(auto limit, page_limit(call.params, context.limits));
  TRY(auto after, after_of<base::HoldId>(call, kHolds));
  return page_of(snapshot.holds(after, limit + 1), limit, kHolds, [&](std::string& body, const auto& hold) {
    begin_hold(body, hold, reason_at(context, hold.placed));
    body += '}';
  });
}

}  // namespace hansard::api::handlers
