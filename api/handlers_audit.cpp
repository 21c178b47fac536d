// GET /audit: which events pass a filter, newest first. The audit view says where they are, the log what they were.
#include <algorithm>
#include <array>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/audited_read.h"
#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/position_text.h"
#include "api/render_parts.h"
#include "engine/base/hash.h"
#include "engine/event_json.h"
#include "engine/time_search.h"

namespace hansard::api::handlers {

using base::Position;
using projections::AuditPage;
using projections::AuditQuery;
using projections::AuditSnapshot;

namespace {
// What a page may cost (2,000 rows sought), and how much of it one slice of work before others have their turn.
constexpr std::uint64_t kPageSteps = 2'000 * AuditSnapshot::kSeekSteps;
constexpr std::uint64_t kSliceSteps = kPageSteps / 10;
constexpr std::size_t kSliceEvents = 25;
constexpr std::size_t kPageBytesMax = 4u << 20;
constexpr std::uint16_t kTypeNumbersMax = 255;

// What its cursors are bound to.
constexpr std::array<std::string_view, 8> kFilters{"actor",     "conversation_id", "message_id", "type",
                                                   "from_time", "to_time",         "from",       "to"};

struct Asked {
  AuditQuery query;
  std::uint32_t hash = 0;  // of what its cursors are bound to
};

template <class Id>
Answered<std::optional<Id>> id_param(const Params& params, std::string_view name) {
  auto text = params.get(name);
  if (!text) return std::optional<Id>();
  auto id = base::parse_id<Id>(*text);
  if (!id) return malformed("`" + std::string(name) + "` is not an id");
  return id;
}

Answered<std::optional<Position>> position_param(const Context& context, const Params& params, std::string_view name) {
  auto text = params.get(name);
  if (!text) return std::optional<Position>();
  auto at = parse_position(*text);
  if (!at) return malformed("`" + std::string(name) + "` is not a position");
  if (at->position && at->epoch != context.engine.epoch()) return foreign_position(name, *at, context.engine.epoch());
  return std::optional<Position>(at->position);
}

Answered<std::optional<base::Timestamp>> time_param(const Params& params, std::string_view name) {
  auto text = params.get(name);
  if (!text) return std::optional<base::Timestamp>();
  auto time = base::parse_time(*text);
  if (!time) return malformed("`" + std::string(name) + "` is not a time (RFC 3339)");
  return time;
}

Answered<std::optional<std::uint16_t>> type_param(const Params& params) {
  auto name = params.get("type");
  if (!name) return std::optional<std::uint16_t>();
  for (std::uint16_t number = 1; number <= kTypeNumbersMax; ++number) {
    auto type = static_cast<domain::EventType>(number);
    if (*name != "unknown" && domain::type_name(type) == *name) return std::optional<std::uint16_t>(number);
  }
  return malformed("`type` is not the name of an event type");
}

Answered<projections::AuditFilter> filter_of(const Params& params) {
  projections::AuditFilter filter;
  if (auto actor = params.get("actor")) {
    filter.actor = base::parse_user_id(*actor);
    if (!filter.actor) return malformed("`actor` is not a user id");
  }
  TRY(filter.conversation, id_param<base::ConversationId>(params, "conversation_id"));
  TRY(filter.message, id_param<base::MessageId>(params, "message_id"));
  TRY(filter.type, type_param(params));
  return filter;
}

// Times only narrow the positions: the log's times never go back.
Answered<void> narrow_by_time(const Context& context, const Params& params, AuditQuery& query) {
  TRY(auto from, time_param(params, "from_time"));
  TRY(auto to, time_param(params, "to_time"));
  if (from && to && to->ms < from->ms) return malformed("`to_time` is before `from_time`");
  if (from) {
    auto before = engine::last_at_or_before(context.engine, {from->ms - 1});
    if (!before) return problem_of(before.error());
    query.from = std::max(query.from, before.value().next());
  }
  if (to) {
    auto last = engine::last_at_or_before(context.engine, *to);
    if (!last) return problem_of(last.error());
    query.to = std::min(query.to, last.value());
  }
  return base::success();
}

std::uint32_t hash_of(const Params& params) {
  std::string text;
  for (auto name : kFilters) {
    text.append(params.get(name).value_or("\1")).push_back('\0');
  }
  return base::crc32c(text);
}

Answered<Asked> asked_of(const Context& context, const Call& call) {
  Asked asked;
  TRY(asked.query.filter, filter_of(call.params));
  TRY(auto from, position_param(context, call.params, "from"));
  TRY(auto to, position_param(context, call.params, "to"));
  if (from && to && *to < *from) return malformed("`to` is before `from`");
  asked.query.from = std::max(from.value_or(Position{1}), Position{1});
  asked.query.to = std::min(to.value_or(context.engine.durable()), context.engine.durable());
  TRY(narrow_by_time(context, call.params, asked.query));
  TRY(asked.query.limit, page_limit(call.params, context.limits));
  asked.hash = hash_of(call.params);
  if (auto cursor = call.params.get("cursor")) {
    auto below = decode_audit_cursor(*cursor, asked.hash);
    if (!below) return malformed("`cursor` is not one of this query");
    asked.query.to = std::min(asked.query.to, *below);
  }
  return asked;
}

// A page within its steps, in slices.
asio::awaitable<AuditPage> find(Context& context, AuditQuery query) {
  AuditPage page;
  page.scanned_to = query.to.next();
  for (std::uint64_t steps = 0; steps < kPageSteps && !page.finished; steps += kSliceSteps) {
    query.to = {page.scanned_to.value - 1};
    AuditPage slice = context.views.audit()->find(query, kSliceSteps);
    query.limit -= slice.positions.size();
    page.positions.insert(page.positions.end(), slice.positions.begin(), slice.positions.end());
    page.scanned_to = slice.scanned_to;
    page.finished = slice.finished;
    if (query.limit == 0) break;
    co_await asio::post(context.io, asio::use_awaitable);
  }
  co_return page;
}

// The events of a page; it ends before the next one when it is full in bytes. `page` outlives this.
asio::awaitable<Answered<std::string>> items_of(Context& context, AuditPage& page) {
  std::string body;
  for (std::size_t i = 0; i < page.positions.size(); ++i) {
    if (body.size() >= kPageBytesMax) {
      page.scanned_to = page.positions[i].next();
      page.finished = false;
      break;
    }
    auto event = context.engine.get(page.positions[i]);
    if (!event) co_return problem_of(event.error());
    if (i > 0) body += ',';
    engine::append_event_json(body, *event.value(), context.engine.epoch());
    if (i % kSliceEvents == kSliceEvents - 1) co_await asio::post(context.io, asio::use_awaitable);
  }
  co_return body;
}

domain::RecordAuditRead read_of(const projections::AuditFilter& filter) {
  return {"audit.query", filter.conversation, filter.message, filter.actor.value_or(base::UserId{}), {}};
}
}  // namespace

asio::awaitable<Answered<Response>> audit(Context& context, const Call& call) {
  if (!call.caller.audit) co_return forbidden("The audit log needs the scope `audit`.");
  if (!context.views.audit()) co_return not_found();
  auto wanted = wanted_position(context, call);
  if (!wanted) co_return wanted.error();
  auto asked = asked_of(context, call);
  if (!asked) co_return asked.error();
  AuditQuery query = asked.value().query;
  if (!co_await audit_reaches(context, std::max(wanted.value(), query.to))) {
    co_return view_behind(position_text(context.engine.epoch(), context.views.audit_gate().reached()));
  }
  Position through = context.views.audit_gate().reached();
  auto page = co_await find(context, query);
  auto items = co_await items_of(context, page);
  if (!items) co_return items.error();
  std::uint32_t epoch = context.engine.epoch();
  std::string body = "{\"items\":[" + items.value() + "],\"scanned_to\":";
  append_quoted_position(body, epoch, page.scanned_to);
  body += ",\"next\":";
  Position below{page.scanned_to.value - std::min<std::uint64_t>(page.scanned_to.value, 1)};
  append_text_or_null(body, page.finished || !below ? "" : encode_audit_cursor(below, asked.value().hash));
  Response response = json_response(body + "}");
  response.headers.emplace_back("Hansard-Position", position_text(epoch, through));
  co_return on_record(std::move(response), call, read_of(query.filter));
}

}  // namespace hansard::api::handlers
