// GET /messages/{id}/trace: what became of one message. That it was accepted and that it was stored are one moment (an
// answer is given after the sync); that it was pushed is not recorded, so the device's own acknowledgement (delivered)
// stands for it.
#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/audited_read.h"
#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/position_text.h"
#include "api/render_parts.h"

// False alarm of g++ 12 in coroutines that it inlines (GCC bug 109224).
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace hansard::api::handlers {

using base::Position;
using engine::EventPtr;
using projections::AuditQuery;

namespace {
constexpr std::size_t kChangesMax = 200;
// Events of one recipient that are looked at: beyond, an older one may have been the first.
constexpr std::size_t kPointerEventsMax = 128;

struct Traced {
  projections::MessageView message;
  Position through;  // both views stand at or beyond it
};

// The events at the positions that pass, newest first.
Answered<std::vector<EventPtr>> events_of(Context& context, const AuditQuery& query) {
  std::vector<EventPtr> events;
  for (Position at : context.views.audit()->find(query).positions) {
    auto event = context.engine.get(at);
    if (!event) return problem_of(event.error());
    events.push_back(std::move(event).value());
  }
  return events;
}

void append_moment(std::string& body, const domain::RecordedEvent& event, std::uint32_t epoch) {
  body += "{\"position\":";
  append_quoted_position(body, epoch, event.position);
  body += ",\"time\":";
  append_json_time(body, event.time);
}

Answered<std::vector<EventPtr>> changes_of(Context& context, const Traced& traced) {
  AuditQuery query;
  query.filter.message = traced.message.facts.message;
  query.to = traced.through;
  query.limit = kChangesMax;
  TRY(auto events, events_of(context, query));
  std::reverse(events.begin(), events.end());
  return events;
}

// The message.sent itself: accepted and stored.
Answered<void> append_sent(std::string& body, Context& context, const Traced& traced) {
  AuditQuery query;
  query.filter.message = traced.message.facts.message;
  query.filter.type = static_cast<std::uint16_t>(domain::EventType::message_sent);
  query.to = traced.through;
  query.limit = 1;
  TRY(auto events, events_of(context, query));
  for (const char* name : {",\"accepted\":", ",\"stored\":"}) {
    body += name;
    if (events.empty()) {
      body += "null";
      continue;
    }
    append_moment(body, *events.front(), context.engine.epoch());
    body += '}';
  }
  return base::success();
}

void append_changes(std::string& body, const std::vector<EventPtr>& events, std::uint32_t epoch) {
  body += ",\"changes\":[";
  for (const EventPtr& event : events) {
    if (body.back() != '[') body += ',';
    append_moment(body, *event, epoch);
    body += ",\"type\":";
    append_json_string(body, domain::type_name(static_cast<domain::EventType>(event->raw_type)));
    body += ",\"actor\":";
    append_text_or_null(body, event->actor.value);
    body += '}';
  }
  body += ']';
}

base::Ordinal up_to_of(const domain::RecordedEvent& event) {
  if (!event.body) return {};
  if (const auto* read = std::get_if<domain::ReadAdvanced>(&*event.body)) return read->up_to;
  if (const auto* delivered = std::get_if<domain::DeliveredAdvanced>(&*event.body)) return delivered->up_to;
  return {};
}

// The first event that moved a recipient's pointer to the message or beyond.
struct Reached {
  EventPtr first;
  bool is_exact = true;  // false: it may have been an older one
};

Answered<Reached> first_reach(Context& context, const Traced& traced, const base::UserId& user,
                              domain::EventType type) {
  const auto& facts = traced.message.facts;
  AuditQuery query;
  query.filter = {user, facts.conversation, std::nullopt, static_cast<std::uint16_t>(type)};
  query.to = traced.through;
  query.limit = kPointerEventsMax;
  TRY(auto events, events_of(context, query));
  Reached reached;
  reached.is_exact = events.size() < kPointerEventsMax;
  for (const EventPtr& event : events) {
    if (up_to_of(*event) >= facts.ordinal) reached.first = event;
  }
  return reached;
}

Answered<void> append_reach(std::string& body, Context& context, const Traced& traced, const base::UserId& user,
                            domain::EventType type) {
  TRY(auto reached, first_reach(context, traced, user, type));
  if (!reached.first) {
    body += "null";
    return base::success();
  }
  append_moment(body, *reached.first, context.engine.epoch());
  body += ",\"exact\":";
  append_bool(body, reached.is_exact);
  body += '}';
  return base::success();
}

Answered<void> append_recipient(std::string& body, Context& context, const Traced& traced,
                                const projections::MemberView& member) {
  body += "{\"user_id\":";
  append_json_string(body, member.user.value);
  body += ",\"delivered\":";
  TRY(append_reach(body, context, traced, member.user, domain::EventType::delivered_advanced));
  body += ",\"read\":";
  TRY(append_reach(body, context, traced, member.user, domain::EventType::read_advanced));
  body += '}';
  return base::success();
}

struct Recipients {
  std::vector<projections::MemberView> members;
  std::string next;
};

Answered<Recipients> recipients_of(const Context& context, const Call& call, const Traced& traced) {
  TRY(auto limit, page_limit(call.params, context.limits));
  base::UserId after;
  if (auto cursor = call.params.get("cursor")) {
    auto decoded = decode_user_cursor(*cursor);
    if (!decoded) return malformed("`cursor` is not one of this list");
    after = *decoded;
  }
  Recipients found;
  found.members = context.views.snapshot()->members(traced.message.facts.conversation, after, limit + 1);
  if (found.members.size() > limit) {
    found.members.pop_back();
    found.next = encode_cursor(found.members.back().user);
  }
  std::erase_if(found.members, [&](const auto& member) { return member.user == traced.message.facts.author; });
  return found;
}

asio::awaitable<Answered<std::string>> body_of(Context& context, Traced traced, Recipients recipients) {
  const auto& facts = traced.message.facts;
  std::uint32_t epoch = context.engine.epoch();
  auto changes = changes_of(context, traced);
  if (!changes) co_return changes.error();
  std::string body = "{\"message_id\":";
  append_id(body, facts.message);
  body += ",\"conversation_id\":";
  append_id(body, facts.conversation);
  body += ",\"ordinal\":";
  append_json_number(body, facts.ordinal.value);
  body += ",\"sender_id\":";
  append_json_string(body, facts.author.value);
  if (auto sent = append_sent(body, context, traced); !sent) co_return sent.error();
  append_changes(body, changes.value(), epoch);
  body += ",\"changes_are_all\":";
  append_bool(body, changes.value().size() < kChangesMax);
  body += ",\"recipients\":{\"items\":[";
  for (const auto& member : recipients.members) {
    if (body.back() != '[') body += ',';
    auto appended = append_recipient(body, context, traced, member);
    if (!appended) co_return appended.error();
    co_await asio::post(context.io, asio::use_awaitable);
  }
  end_page(body, recipients.next);
  co_return body + "}";
}
}  // namespace

asio::awaitable<Answered<Response>> trace_message(Context& context, const Call& call) {
  if (!call.caller.audit) co_return forbidden("The trace of a message needs the scope `audit`.");
  auto id = message_of_path(call);
  if (!id) co_return id.error();
  auto wanted = wanted_position(context, call);
  if (!wanted) co_return wanted.error();
  Position through = std::max(context.engine.durable(), wanted.value());
  std::chrono::milliseconds timeout(context.limits.min_position_timeout_ms);
  bool there = co_await context.views_reach(through, timeout);
  there = there && co_await audit_reaches(context, through);
  if (!there) co_return view_behind(position_text(context.engine.epoch(), context.views.applied()));
  auto message = context.views.snapshot()->message(id.value());
  if (!message || !context.views.audit()) co_return not_found();
  Traced traced{*std::move(message), through};
  auto recipients = recipients_of(context, call, traced);
  if (!recipients) co_return recipients.error();
  domain::RecordAuditRead read;
  read.action = "trace.read";
  read.conversation = traced.message.facts.conversation;
  read.message = id.value();
  read.query = asked_text(call);
  auto recorded = co_await record_audit_read(context, call, std::move(read));
  if (!recorded) co_return recorded.error();
  auto body = co_await body_of(context, std::move(traced), std::move(recipients).value());
  if (!body) co_return body.error();
  Response response = json_response(std::move(body).value());
  response.headers.emplace_back("Hansard-Position", position_text(context.engine.epoch(), through));
  co_return response;
}

}  // namespace hansard::api::handlers
